/** Explains what to do about a port that cannot be opened; returns other errors unchanged. */
export const explainListenError = (
  error: unknown,
  { host, port, setting }: { host: string; port: number; setting: string },
): Error => {
  const text = error instanceof Error ? error.message : String(error);
  const fault = `Port ${port} on ${host}`;
  if (text.includes('EADDRINUSE'))
    return new Error(
      `${fault} is in use. Stop the other process, or choose another port with ${setting}.`,
      { cause: error },
    );
  if (text.includes('EACCES'))
    return new Error(`${fault} may not be opened by this user. Choose one with ${setting}.`, {
      cause: error,
    });
  return error instanceof Error ? error : new Error(text);
};
