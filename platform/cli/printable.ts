// includes characters that move a terminal's cursor or change the direction of writing
const unprintable = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}]/gu;

/** Makes any text printable on one line, without characters that control a terminal. */
export const printable = (text: string): string =>
  text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(unprintable, (one) => `\\u{${(one.codePointAt(0) ?? 0).toString(16)}}`);
