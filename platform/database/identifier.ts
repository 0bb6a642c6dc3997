/** Quotes a name for SQL text. Refuses any but a plain lower-case name, because such a name is a mistake. */
export const identifier = (name: string): string => {
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(name)) throw new Error(`Not a plain SQL name: ${name}`);
  return `"${name}"`;
};
