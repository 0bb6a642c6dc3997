import type { DescEnum, DescEnumValue } from '@bufbuild/protobuf';

/** `long`: `ORDER_STATUS_PAID`, as protobuf has it. `short`: `PAID`. `lower`: `paid`. */
export type EnumStyle = 'long' | 'short' | 'lower';

/** How enum values stand in JSON. */
export interface EnumWords {
  readonly write: (value: DescEnumValue) => string;
  /** Undefined: no such value. */
  readonly read: (desc: DescEnum, word: string) => DescEnumValue | undefined;
}

const shortOf = ({ name, parent }: DescEnumValue): string =>
  name.slice(parent.sharedPrefix?.length ?? 0);

/** Long and short words, in any case of letters. */
const readAny: EnumWords['read'] = (desc, text) => {
  const word = text.toUpperCase();
  return (
    desc.values.find(({ name }) => name.toUpperCase() === word) ??
    desc.values.find((value) => shortOf(value).toUpperCase() === word)
  );
};

/** Other styles than `long` take the type's prefix off; where values have none in common they print them whole. */
export const enumWords: Readonly<Record<EnumStyle, EnumWords>> = {
  long: {
    write: ({ name }) => name,
    read: (desc, word) => desc.values.find(({ name }) => name === word),
  },
  short: { write: shortOf, read: readAny },
  lower: { write: (value) => shortOf(value).toLowerCase(), read: readAny },
};
