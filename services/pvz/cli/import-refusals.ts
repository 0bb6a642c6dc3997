import { open } from 'node:fs/promises';
import { CommandFailure } from '#platform/cli/command-failure.ts';
import { messageOf } from '#platform/cli/message-of.ts';
import { printable } from '#platform/cli/printable.ts';
import type { RefusedLine } from './import-answer.ts';
import { countWords } from './words.ts';

// more would scroll away what matters
const mostShown = 20;

/** Where refused lines go: the first ones to stderr, all of them to a file if there is one. */
export interface Refusals {
  add: (refused: RefusedLine) => Promise<void>;
  /** Says how many were not shown. */
  close: () => Promise<void>;
}

/** Creates the file, unless its path is empty. It gets one JSON object a line. */
export const openRefusals = async (
  path: string,
  note: (text: string) => void,
): Promise<Refusals> => {
  const file = path === '' ? undefined : await open(path, 'w').catch(unwritable(path));
  let count = 0;
  return {
    add: async (refused) => {
      count++;
      if (count <= mostShown) note(refusedLineWords(refused));
      await file?.write(`${JSON.stringify(refused)}\n`);
    },
    close: async () => {
      await file?.close();
      if (count <= mostShown) return;
      const where = file ? ` ${path} has all of them.` : ' --errors FILE writes all of them.';
      note(`… and ${countWords(count - mostShown, 'line')} more.${where}`);
    },
  };
};

const unwritable = (path: string) => (error: unknown) => {
  throw new CommandFailure(`${path} cannot be written: ${messageOf(error)}`, 2);
};

const refusedLineWords = ({ line, order_id: orderId, code, message }: RefusedLine): string => {
  const order = orderId === undefined ? '' : `, order ${orderId}`;
  return `line ${line}${order}: ${printable(code)}: ${printable(message)}`;
};
