import { execFile } from 'node:child_process';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A small disk in memory that can be filled up. */
export interface SmallDisk {
  fill(): Promise<void>;
  free(): Promise<void>;
  unmount(): Promise<void>;
}

/** Mounts the disk at the folder; undefined where we may not mount. */
export const mountDisk = async (
  folder: string,
  sizeMiB: number,
): Promise<SmallDisk | undefined> => {
  await mkdir(folder, { recursive: true });
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${sizeMiB}m`, 'inorder-chaos', folder]);
  } catch {
    return undefined;
  }
  const ballast = join(folder, 'ballast');
  return {
    fill: () => fillUp(ballast),
    free: () => rm(ballast, { force: true }),
    unmount: async () => {
      await run('umount', [folder]);
    },
  };
};

const fillUp = async (file: string): Promise<void> => {
  const handle = await open(file, 'w');
  try {
    for (const bytes of [1 << 20, 1 << 12]) await writeUntilFull(handle, Buffer.alloc(bytes));
  } finally {
    await handle.close();
  }
};

const writeUntilFull = async (
  handle: Awaited<ReturnType<typeof open>>,
  piece: Buffer,
): Promise<void> => {
  try {
    for (;;) await handle.write(piece);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
};
