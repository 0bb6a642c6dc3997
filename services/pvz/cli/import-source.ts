import { createReadStream, fstatSync, type BigIntStats } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { CommandFailure } from '#platform/cli/command-failure.ts';
import { fileWords } from './file-failure.ts';

/** What is imported. */
export interface ImportSource {
  /** Its name for people. */
  name: string;
  found: BigIntStats;
  /** Undefined for what is no plain file. */
  bytes: number | undefined;
  /** Whether it can be read once more from its beginning. */
  isRepeatable: boolean;
  read: () => Readable;
}

const chunkBytes = 256 * 1024;

/** Looks at a file, or at stdin for `-`. Refuses a folder and what cannot be read. */
export const findSource = async (path: string): Promise<ImportSource> => {
  const source = path === '-' ? stdin() : namedFile(path, await look(path));
  if (source.found.isDirectory()) {
    throw new CommandFailure(`${source.name} is a folder, not a file.`, 2);
  }
  return source;
};

const namedFile = (path: string, found: BigIntStats): ImportSource => ({
  name: path,
  found,
  bytes: found.isFile() ? Number(found.size) : undefined,
  isRepeatable: found.isFile(),
  read: () => createReadStream(path, { highWaterMark: chunkBytes }),
});

const stdin = (): ImportSource => ({
  name: 'stdin',
  found: fstatSync(0, { bigint: true }),
  bytes: undefined,
  isRepeatable: false,
  read: () => process.stdin,
});

const look = async (path: string): Promise<BigIntStats> => {
  try {
    await access(path, constants.R_OK);
    return await stat(path, { bigint: true });
  } catch (error) {
    throw new CommandFailure(fileWords(path, 'read', error), 2);
  }
};
