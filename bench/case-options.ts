/**
 * Returns what `read` makes of a program's arguments. When it returns undefined (after --help) or throws, the process
 * prints the help and exits.
 */
export const readOptionsOrExit = <Options>(
  help: string,
  read: () => Options | undefined,
): Options => {
  try {
    const options = read();
    if (options) return options;
    console.log(help);
    process.exit(0);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${help}`);
    process.exit(2);
  }
};

/** The cases named in `only`, e.g. `live,drain`; absent: all. Throws for an unknown name. */
export const chooseCases = <Case extends { readonly name: string }>(
  cases: readonly Case[],
  only: string | undefined,
): readonly Case[] => {
  if (only === undefined) return cases;
  const names = only.split(',');
  const unknown = names.find((name) => !cases.some((each) => each.name === name));
  if (unknown !== undefined) throw new Error(`there is no case '${unknown}'`);
  return cases.filter(({ name }) => names.includes(name));
};
