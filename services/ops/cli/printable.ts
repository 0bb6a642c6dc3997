// also what would move a terminal's cursor or turn the direction of writing
const unprintable = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}]/gu;

/** Text from anywhere, on one line, without what a terminal would obey. */
export const printable = (text: string): string =>
  text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(unprintable, (one) => `\\u{${(one.codePointAt(0) ?? 0).toString(16)}}`);
