import { open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { CommandFailure } from '#platform/cli/command-failure.ts';
import { messageOf } from '#platform/cli/message-of.ts';

/** Which report it is. */
export interface ReportKey {
  from: string;
  to: string;
  format: string;
}

/** What a file holds for certain: whole days. */
export interface Complete {
  daysDone: number;
  orders: number;
}

/** Where the lines of a report go. */
export interface ReportSink {
  /** What an earlier attempt has left there. */
  readonly found: Complete;
  write: (lines: Uint8Array) => Promise<void>;
  /** Keeps what was written so far, for whoever goes on after a break. */
  keep: (complete: Complete) => Promise<void>;
  /** Takes back what was written since `keep`, so that the report can go on from there; absent when it cannot. */
  rewind?: () => Promise<void>;
  finish: () => Promise<void>;
  close: () => Promise<void>;
}

const keptSchema = z.strictObject({
  from: z.string(),
  to: z.string(),
  format: z.string(),
  daysDone: z.int().min(0),
  orders: z.int().min(0),
  bytes: z.int().min(0),
});
type Kept = z.output<typeof keptSchema>;

/**
 * Opens the file of a report. Until it is complete it has the name `<file>.part`, and `<file>.part.json` says how much of
 * it is certain; the next attempt at the same report goes on from there.
 */
export const openReportFile = async (file: string, key: ReportKey): Promise<ReportSink> => {
  const part = `${file}.part`;
  const note = `${part}.json`;
  await refuseFolder(file);
  let kept = await findKept(part, note, key);
  const handle = await open(part, kept.bytes > 0 ? 'r+' : 'w').catch((error: unknown) => {
    throw new CommandFailure(`${part} cannot be written: ${messageOf(error)}`, 2);
  });
  let bytes = kept.bytes;
  const rewind = async () => {
    bytes = kept.bytes;
    await handle.truncate(bytes);
  };
  await rewind();
  return {
    found: kept,
    write: async (lines) => {
      await handle.write(lines, 0, lines.length, bytes);
      bytes += lines.length;
    },
    keep: async (complete) => {
      await handle.datasync();
      kept = { ...key, ...complete, bytes };
      await writeFile(note, JSON.stringify(kept));
    },
    rewind,
    finish: async () => {
      await handle.sync();
      await rename(part, file);
      await rm(note, { force: true });
    },
    close: () => handle.close(),
  };
};

const refuseFolder = async (file: string): Promise<void> => {
  const found = await stat(file).catch(() => undefined);
  if (found?.isDirectory() === true)
    throw new CommandFailure(`${file} is a folder, not a file.`, 2);
};

/** What can be gone on from: nothing when the files are of another report, or do not fit together. */
const findKept = async (part: string, note: string, key: ReportKey): Promise<Kept> => {
  const nothing = { ...key, daysDone: 0, orders: 0, bytes: 0 };
  try {
    const kept = keptSchema.parse(JSON.parse(await readFile(note, 'utf8')));
    const isSame = kept.from === key.from && kept.to === key.to && kept.format === key.format;
    return isSame && (await stat(part)).size >= kept.bytes ? kept : nothing;
  } catch {
    return nothing;
  }
};

/** Writes to stdout, where nothing can be taken back. */
export const openReportOutput = (stream: NodeJS.WriteStream): ReportSink => {
  // each write reports its own error
  const onError = () => undefined;
  stream.on('error', onError);
  return {
    found: { daysDone: 0, orders: 0 },
    write: (lines) =>
      new Promise((resolve, reject) => {
        stream.write(lines, (error) => {
          if (error) reject(new CommandFailure(`stdout cannot be written: ${error.message}`));
          else resolve();
        });
      }),
    keep: () => Promise.resolve(),
    finish: () => Promise.resolve(),
    close: () => Promise.resolve(void stream.off('error', onError)),
  };
};
