import type { DescEnum, DescEnumValue } from '@bufbuild/protobuf';

/** `long`: `ORDER_STATUS_PAID`, as protobuf has it. `short`: `PAID`. `lower`: `paid`. */
export type EnumStyle = 'long' | 'short' | 'lower';

/** How enum values are written in JSON. */
export interface EnumWords {
  readonly write: (value: DescEnumValue) => string;
  /** Returns undefined when there is no such value. */
  readonly read: (desc: DescEnum, word: string) => DescEnumValue | undefined;
}

const shortOf = ({ name, parent }: DescEnumValue): string =>
  name.slice(parent.sharedPrefix?.length ?? 0);

/** Accepts long and short words, in any case. */
const readAny: EnumWords['read'] = (desc, text) => {
  const word = text.toUpperCase();
  return (
    desc.values.find(({ name }) => name.toUpperCase() === word) ??
    desc.values.find((value) => shortOf(value).toUpperCase() === word)
  );
};

/**
 * Styles other than `long` remove the prefix of the type; enums whose values have no common prefix are
 * written in full.
 */
export const enumWords: Readonly<Record<EnumStyle, EnumWords>> = {
  long: {
    write: ({ name }) => name,
    read: (desc, word) => desc.values.find(({ name }) => name === word),
  },
  short: { write: shortOf, read: readAny },
  lower: { write: (value) => shortOf(value).toLowerCase(), read: readAny },
};
