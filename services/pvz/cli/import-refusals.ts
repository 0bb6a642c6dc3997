import type { BigIntStats } from 'node:fs';
import { access, constants, open, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CommandFailure } from '#platform/cli/command-failure.ts';
import { printable } from '#platform/cli/printable.ts';
import { FileFailure, fileWords } from './file-failure.ts';
import type { RefusedLine } from './import-answer.ts';
import type { ImportSource } from './import-source.ts';
import { countWords } from './words.ts';

// more would scroll away what matters
const mostShown = 20;

/** Where refused lines go: the first ones to stderr, all of them to a file if there is one. */
export interface Refusals {
  add: (refused: RefusedLine) => Promise<void>;
  /** Says how many were not shown. */
  close: () => Promise<void>;
}

/**
 * Collects refused lines. The file, unless its path is empty, gets one JSON object a line. It is opened, and emptied,
 * at the first refused line: an import that is not answered leaves it as it is.
 */
export const collectRefusals = (path: string, note: (text: string) => void): Refusals => {
  let file: FileHandle | undefined;
  let count = 0;
  const write = async (refused: RefusedLine): Promise<void> => {
    file ??= await open(path, 'w');
    await file.appendFile(`${JSON.stringify(refused)}\n`);
  };
  return {
    add: async (refused) => {
      count++;
      if (count <= mostShown) note(refusedLineWords(refused));
      if (path !== '') await write(refused).catch(unwritable(path));
    },
    close: async () => {
      await file?.close().catch(unwritable(path));
      if (count <= mostShown) return;
      const where =
        path === '' ? ' --errors FILE writes all of them.' : ` ${path} has all of them.`;
      note(`… and ${countWords(count - mostShown, 'line')} more.${where}`);
    },
  };
};

const unwritable = (path: string) => (error: unknown) => {
  throw new FileFailure(path, 'written', error);
};

/** Refuses a file for the refused lines, before anything is sent, that is the imported one or cannot be written. */
export const checkErrorsFile = async (path: string, source: ImportSource): Promise<void> => {
  const found = await lookForWriting(path);
  if (found?.isDirectory()) throw new CommandFailure(`${path} is a folder, not a file.`, 2);
  if (!found?.isFile()) return;
  if (found.dev === source.found.dev && found.ino === source.found.ino) {
    const why = 'is the file that is imported, and would be overwritten';
    throw new CommandFailure(`${path} ${why}. Give --errors another file.`, 2);
  }
};

const lookForWriting = async (path: string): Promise<BigIntStats | undefined> => {
  try {
    const found = await stat(path, { bigint: true }).catch(unlessAbsent);
    await access(found ? path : dirname(path), constants.W_OK);
    return found;
  } catch (error) {
    throw new CommandFailure(fileWords(path, 'written', error), 2);
  }
};

const unlessAbsent = (error: NodeJS.ErrnoException): undefined => {
  if (error.code !== 'ENOENT') throw error;
};

const refusedLineWords = ({ line, order_id: orderId, code, message }: RefusedLine): string => {
  const order = orderId === undefined ? '' : `, order ${orderId}`;
  return `line ${line}${order}: ${printable(code)}: ${printable(message)}`;
};
