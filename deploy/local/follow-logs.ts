import { open, stat } from 'node:fs/promises';
import { styleText } from 'node:util';
import { createLinePrinter } from '#platform/base/logger.ts';
import { sleep } from '#platform/base/sleep.ts';

export interface FollowOptions {
  /** Log files by the name that is printed before their lines. */
  files: ReadonlyMap<string, string>;
  /** How many bytes of the existing log are shown first. */
  backlogBytes: number;
  signal: AbortSignal;
}

const pollMs = 50;
const colours = [
  'cyan',
  'yellow',
  'green',
  'magenta',
  'blue',
  'cyanBright',
  'greenBright',
] as const;

/**
 * Prints the lines of several logs as they are written, each after the name of its log, until the signal aborts. Those
 * of services are JSON in the files, and text for people here.
 */
export const followLogs = async ({ files, backlogBytes, signal }: FollowOptions): Promise<void> => {
  const width = Math.max(...[...files.keys()].map((name) => name.length));
  const toText = createLinePrinter();
  const logs = [...files].map(([name, file], index) => {
    const colour = colours[index % colours.length] ?? 'cyan';
    const prefix = styleText(colour, `${name.padEnd(width)} |`, { stream: process.stdout });
    const print = (line: string): void => {
      for (const each of toText(line).trimEnd().split('\n')) console.log(`${prefix} ${each}`);
    };
    return followFile(file, backlogBytes, print);
  });
  let isLast = false;
  while (!isLast) {
    isLast = signal.aborted; // One more round prints what was logged while stopping.
    for (const readOn of logs) await readOn();
    await sleep(pollMs, signal);
  }
};

/** Returns a function that reads what has been added to the file since the last call. */
const followFile = (
  file: string,
  backlogBytes: number,
  print: (line: string) => void,
): (() => Promise<void>) => {
  let position: number | undefined;
  let rest = Buffer.alloc(0);
  return async () => {
    const size = await stat(file).then(
      (found) => found.size,
      () => 0,
    );
    position ??= Math.max(0, size - backlogBytes);
    if (size < position) position = 0; // the file has been truncated or replaced
    if (size === position) return;
    const added = await readPart(file, position, size - position);
    position += added.length;
    const text = Buffer.concat([rest, added]);
    const end = text.lastIndexOf('\n') + 1;
    rest = text.subarray(end);
    if (end > 0)
      text
        .toString('utf8', 0, end - 1)
        .split('\n')
        .forEach(print);
  };
};

const readPart = async (file: string, position: number, length: number): Promise<Buffer> => {
  const handle = await open(file, 'r');
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(length), 0, length, position);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
};
