import { createInterface } from 'node:readline';

/** Reads what the person at the terminal answers. */
export interface Answers {
  /** Shows the question on stderr and resolves with the line that follows; undefined at the end of stdin. */
  ask: (question: string) => Promise<string | undefined>;
  close: () => void;
}

/** Opens stdin for answers. */
export const openAnswers = (): Answers => {
  // The terminal itself edits the line, so that Ctrl-C ends the process as it would anywhere else.
  const reader = createInterface({ input: process.stdin, terminal: false });
  const lines = reader[Symbol.asyncIterator]();
  return {
    ask: async (question) => {
      process.stderr.write(question);
      const { done, value } = await lines.next();
      return done ? undefined : value;
    },
    close: () => reader.close(),
  };
};
