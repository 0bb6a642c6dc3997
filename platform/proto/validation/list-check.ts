import type { DescField, DescMessage, Message } from '@bufbuild/protobuf';
import type { FieldViolation } from './invalid-request.ts';

/**
 * For one list or map of a request: checking the half million items that fit into 1 MiB would take seconds.
 */
export const maxListItems = 10_000;

export const tooManyItems = `must have no more than ${maxListItems} items`;

type Find = (message: Message) => FieldViolation[];

/**
 * Finds lists and maps that are too long, without looking at their items. It costs nothing for types without
 * any.
 */
export const createListCheck = (schema: DescMessage): Find => {
  if (!canHoldList(schema, new Set())) return () => [];
  return (message) => {
    const found: FieldViolation[] = [];
    walk(schema, message, (field) => found.push({ field, description: tooManyItems }));
    return found;
  };
};

const canHoldList = (schema: DescMessage, seen: Set<DescMessage>): boolean => {
  if (seen.has(schema)) return false;
  seen.add(schema);
  return schema.fields.some(
    ({ fieldKind, message }) =>
      fieldKind === 'list' ||
      fieldKind === 'map' ||
      (message !== undefined && canHoldList(message, seen)),
  );
};

type Report = (path: string) => void;

const walk = (schema: DescMessage, message: object, report: Report): void => {
  for (const field of schema.fields) {
    const items = itemsOf(message as Record<string, unknown>, field);
    const inner = field.message;
    if (items.length > maxListItems) report(field.name);
    else if (inner !== undefined && canHoldList(inner, new Set()))
      items.forEach((item, index) => {
        const parent = field.fieldKind === 'list' ? `${field.name}[${index}]` : field.name;
        walk(inner, item as object, (path) => report(`${parent}.${path}`));
      });
  }
};

/** A single value counts as a list of one. */
const itemsOf = (message: Record<string, unknown>, field: DescField): readonly unknown[] => {
  const { fieldKind, localName, oneof } = field;
  if (oneof !== undefined) {
    const chosen = message[oneof.localName] as { case?: string; value?: unknown };
    return chosen.case === localName ? [chosen.value] : [];
  }
  const value = message[localName];
  if (value === undefined) return [];
  if (fieldKind === 'list') return value as unknown[];
  return fieldKind === 'map' ? Object.values(value as object) : [value];
};
