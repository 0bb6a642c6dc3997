import { ScalarType, type DescField, type DescMessage, type Message } from '@bufbuild/protobuf';
import type { FieldViolation } from './invalid-request.ts';
import {
  reflect,
  type ReflectList,
  type ReflectMap,
  type ReflectMessage,
} from '@bufbuild/protobuf/reflect';

const description = 'must not contain the character U+0000';

/** Finds strings with a NUL, which Postgres cannot store. It costs nothing for types without strings. */
export const createNulCheck = (schema: DescMessage) => {
  if (!canHoldString(schema, new Set())) return () => [];
  return (message: Message): FieldViolation[] => {
    const found: FieldViolation[] = [];
    walkMessage(reflect(schema, message), '', (field) => found.push({ field, description }));
    return found;
  };
};

const canHoldString = (schema: DescMessage, seen: Set<DescMessage>): boolean => {
  if (seen.has(schema)) return false;
  seen.add(schema);
  return schema.fields.some(
    (field) =>
      field.scalar === ScalarType.STRING ||
      (field.fieldKind === 'map' && field.mapKey === ScalarType.STRING) ||
      (field.message !== undefined && canHoldString(field.message, seen)),
  );
};

type Report = (path: string) => void;

const walkMessage = (message: ReflectMessage, prefix: string, report: Report): void => {
  for (const field of message.fields) {
    if (message.isSet(field)) walkField(message.get(field), field, { prefix, report });
  }
};

const walkField = (
  value: unknown,
  field: DescField,
  { prefix, report }: { prefix: string; report: Report },
): void => {
  const path = prefix + field.name;
  if (field.fieldKind === 'list') {
    let index = 0;
    for (const item of value as ReflectList) walkValue(item, `${path}[${index++}]`, report);
  } else if (field.fieldKind === 'map') {
    for (const [key, item] of value as ReflectMap) {
      walkValue(key, path, report);
      walkValue(item, `${path}[${JSON.stringify(String(key))}]`, report);
    }
  } else {
    walkValue(value, path, report);
  }
};

const walkValue = (value: unknown, path: string, report: Report): void => {
  if (typeof value === 'string') {
    if (value.includes('\0')) report(path);
  } else if (isReflectMessage(value)) {
    walkMessage(value, `${path}.`, report);
  }
};

const isReflectMessage = (value: unknown): value is ReflectMessage =>
  typeof value === 'object' && value !== null && 'desc' in value && 'fields' in value;
