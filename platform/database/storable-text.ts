/** The text with a mark in place of each NUL, which Postgres cannot store: for texts that come from anywhere. */
export const storableText = (text: string): string => text.replaceAll('\0', '\ufffd');
