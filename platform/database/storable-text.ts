/** Replaces each NUL, which Postgres cannot store, by a mark; for text from outside. */
export const storableText = (text: string): string => text.replaceAll('\0', '\ufffd');
