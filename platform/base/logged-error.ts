/** An error as log lines show it. */
export interface LoggedError {
  type: string;
  /** With the messages of its causes. */
  message: string;
  /** Of the system or the database, e.g. ECONNREFUSED or 23505. */
  code?: string;
  /** Only the places in the code. */
  stack?: string;
}

const maxCauses = 10;

/**
 * Returns what may be logged of an error: its type, message, code and stack, with those of its causes. Its other
 * properties are left out, because libraries keep statements, parameters and rows there; so is what a message quotes
 * of data.
 */
export const toLoggedError = (error: unknown): LoggedError => {
  if (!Error.isError(error)) return { type: typeof error, message: String(error) };
  const chain = chainOf(error);
  const code = chain.map(codeOf).find((each) => each !== undefined);
  const stack = chain.map(placesOf).join('\ncaused by\n');
  return {
    type: error.constructor.name,
    message: chain.map(messageOf).join(': '),
    ...(code !== undefined && { code }),
    ...(stack !== '' && { stack }),
  };
};

const chainOf = (error: Error): Error[] => {
  const chain: Error[] = [];
  for (
    let each: unknown = error;
    Error.isError(each) && chain.length < maxCauses;
    each = each.cause
  )
    chain.push(each);
  return chain;
};

const codeOf = (error: Error): string | undefined =>
  'code' in error && typeof error.code === 'string' ? error.code : undefined;

/** The message without what it quotes of data; for an error that stands for several, also theirs. */
const messageOf = (error: Error): string => {
  if (error instanceof AggregateError && error.message === '')
    return error.errors.map((each: unknown) => toLoggedError(each).message).join(', ');
  if (isDataException(error)) return error.message.replace(/".*"/s, '"…"');
  if (error instanceof SyntaxError)
    return error.message.replace(/("|\.\.\.").*(is not valid)/s, '"…" $2');
  // Drizzle's error: the statement, then its parameters
  return error.message.replace(/\nparams: .*/s, '');
};

/** The class of Postgres's errors whose messages quote the value that is at fault. */
const isDataException = (error: Error): boolean =>
  'severity' in error && (codeOf(error)?.startsWith('22') ?? false);

const placesOf = (error: Error): string =>
  (error.stack ?? '')
    .split('\n')
    .filter((line) => line.startsWith('    at '))
    .join('\n');
