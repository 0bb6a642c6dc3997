/** What the system says about a file or a connection, without the word Error. */
export const messageOf = (error: unknown): string => {
  if (!Error.isError(error)) return String(error);
  return error.message === '' && 'code' in error ? String(error.code) : error.message;
};
