import { readFileSync } from 'node:fs';
import { parse, YAMLParseError } from 'yaml';
import { ConfigError } from './config-error.ts';

/**
 * Reads settings from a YAML file, with the names and the text that they would have in the environment; a list becomes
 * comma-separated. Throws a ConfigError for a file that cannot be read, and one that names each key that is not among
 * `known` and each value that is neither a scalar nor a list of scalars.
 */
export const readConfigFile = (
  file: string,
  known: readonly string[],
): Readonly<Record<string, string>> => {
  const entries = entriesOf(file);
  const faults = entries.flatMap(([key, value]) => faultsOf(key, value, known));
  if (faults.length > 0) throw wrong(file, faults.map((fault) => `✖ ${fault}`).join('\n'));
  return Object.fromEntries(entries.map(([key, value]) => [key, String(value)]));
};

const entriesOf = (file: string): [string, unknown][] => {
  try {
    // With the schema `failsafe`, every scalar is read as the text in the file.
    const content: unknown = parse(readFileSync(file, 'utf8'), { schema: 'failsafe' });
    if (content === null) return [];
    if (typeof content === 'object' && !Array.isArray(content)) return Object.entries(content);
  } catch (error) {
    if (error instanceof YAMLParseError) throw wrong(file, withoutSource(error));
    throw wrong(file, `it cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`);
  }
  throw wrong(file, 'it must hold one setting a line, e.g. LOG_LEVEL: debug');
};

const wrong = (file: string, what: string): ConfigError =>
  new ConfigError(`The settings in CONFIG_FILE=${file} are wrong:\n${what}`);

/** Describes the fault without quoting lines of the file, because they may contain a password. */
const withoutSource = ({ code, linePos }: YAMLParseError): string =>
  `it is not YAML (${code}${linePos === undefined ? '' : ` in line ${linePos[0].line}`}).`;

const faultsOf = (key: string, value: unknown, known: readonly string[]): string[] => {
  if (!known.includes(key)) return [`${key} is not a setting of this process.`];
  const parts: unknown[] = Array.isArray(value) ? value : [value];
  const isText = parts.every((part) => typeof part === 'string');
  return isText ? [] : [`${key} must be one value, or a list of values.`];
};
