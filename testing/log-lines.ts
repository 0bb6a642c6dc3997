import {
  fieldsOfEachLine,
  logFields,
  type LogField,
  type LogFieldKind,
} from '#platform/base/log-line.ts';

/** Says what is wrong with a line of a service's log; undefined when it is JSON with fields of log-line.ts alone. */
export const faultOfLine = (line: string): string | undefined => {
  const fields = parse(line);
  if (fields === undefined) return 'it is not a JSON object';
  const missing = fieldsOfEachLine.filter((name) => !(name in fields));
  if (missing.length > 0) return `it has no ${missing.join(', ')}`;
  const wrong = Object.entries(fields).filter(
    ([name, value]) => !isField(name) || !fits[logFields[name]](value),
  );
  return wrong.length > 0 ? `log-line.ts does not have ${JSON.stringify(wrong)}` : undefined;
};

const isField = (name: string): name is LogField => name in logFields;

const isText = (value: unknown): boolean => typeof value === 'string';
const isNumber = (value: unknown): boolean => Number.isSafeInteger(value);

const fits: Readonly<Record<LogFieldKind, (value: unknown) => boolean>> = {
  date: (value) => isText(value) && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(String(value)),
  word: isText,
  words: (value) => Array.isArray(value) && value.every(isText),
  text: isText,
  number: (value) => typeof value === 'number',
  numbers: (value) => Array.isArray(value) && value.every(isNumber),
  flag: (value) => typeof value === 'boolean',
  error: (value) => {
    const { type, message, code, stack, ...rest } = value as Record<string, unknown>;
    return [type, message, code ?? '', stack ?? ''].every(isText) && Object.keys(rest).length === 0;
  },
  json: (value) => typeof value === 'object',
};

const parse = (line: string): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return value as Record<string, unknown>;
  } catch {
    return undefined;
  }
};
