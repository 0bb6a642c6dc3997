import { createReadStream } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { CommandFailure } from '#platform/cli/command-failure.ts';
import { messageOf } from '#platform/cli/message-of.ts';

/** What is imported. */
export interface ImportSource {
  /** Undefined for what is no plain file. */
  bytes: number | undefined;
  /** Whether it can be read once more from its beginning. */
  isRepeatable: boolean;
  read: () => Readable;
}

const chunkBytes = 256 * 1024;

/** Looks at a file, or at stdin for `-`. Refuses a folder and what cannot be read. */
export const findSource = async (path: string): Promise<ImportSource> => {
  if (path === '-') return { bytes: undefined, isRepeatable: false, read: () => process.stdin };
  const found = await look(path);
  if (found.isDirectory()) throw new CommandFailure(`${path} is a folder, not a file.`, 2);
  return {
    bytes: found.isFile() ? found.size : undefined,
    isRepeatable: found.isFile(),
    read: () => createReadStream(path, { highWaterMark: chunkBytes }),
  };
};

const look = async (path: string) => {
  try {
    await access(path, constants.R_OK);
    return await stat(path);
  } catch (error) {
    throw new CommandFailure(`${path} cannot be read: ${messageOf(error)}`, 2);
  }
};
