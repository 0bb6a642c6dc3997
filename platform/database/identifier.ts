/** Quotes a name for SQL text. Refuses what is no plain lower-case name: such a name is a mistake. */
export const identifier = (name: string): string => {
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(name)) throw new Error(`Not a plain SQL name: ${name}`);
  return `"${name}"`;
};
