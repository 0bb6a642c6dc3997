import type { DescMessage } from '@bufbuild/protobuf';

/**
 * Writes the JSON of an event anew: the fields of each message in the order of its proto, then those that the proto
 * does not know, without spaces. Integers are exact up to 2^53-1, as in every event.
 */
export const inFieldOrder =
  (event: DescMessage) =>
  (json: string): string =>
    write(JSON.parse(json), event);

const write = (value: unknown, message: DescMessage | undefined): string => {
  if (Array.isArray(value)) return `[${value.map((each) => write(each, message)).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = message?.fields ?? [];
  const members = Object.entries(value).map(([name, member]) => {
    const at = fields.findIndex((field) => field.name === name);
    const field = fields[at];
    // the keys of a map are no fields
    const type = field?.fieldKind === 'map' ? undefined : field?.message;
    const text = `${JSON.stringify(name)}:${write(member, type)}`;
    return { at: at === -1 ? fields.length : at, text };
  });
  return `{${members
    .toSorted((a, b) => a.at - b.at)
    .map(({ text }) => text)
    .join()}}`;
};
