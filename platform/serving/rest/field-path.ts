import type { DescField, DescMessage } from '@bufbuild/protobuf';

/** Finds the field at a dotted path through single messages, by proto or camelCase names. */
export const findField = (schema: DescMessage, path: string): DescField | undefined =>
  findFields(schema, path)?.at(-1);

/** Finds every field on that path. */
export const findFields = (schema: DescMessage, path: string): DescField[] | undefined => {
  const fields: DescField[] = [];
  let message: DescMessage | undefined = schema;
  for (const part of path.split('.')) {
    const field: DescField | undefined = message?.fields.find(
      ({ name, jsonName }) => name === part || jsonName === part,
    );
    if (field === undefined) return undefined;
    fields.push(field);
    message = field.fieldKind === 'message' ? field.message : undefined;
  }
  return fields;
};
