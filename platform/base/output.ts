import { writeSync } from 'node:fs';

/**
 * The exit code of a process whose stdout is lost (EX_IOERR of sysexits.h): the disk is full, or the reader
 * is gone or stuck.
 */
export const outputLostExitCode = 74;

export interface Output {
  /** Writes at once, or in order as soon as a slow reader has caught up. Never throws and never blocks. */
  write: (line: string) => void;
  /**
   * Resolves when everything accepted so far is written. When it cannot be written, the process ends instead.
   */
  written: () => Promise<void>;
}

export interface OutputOptions {
  fd?: number;
  /** How long the reader may read nothing while data is waiting, in milliseconds. */
  stallMs?: number;
  /** How many bytes may wait for the reader. */
  maxWaiting?: number;
  /** Ends the process, for the given reason. */
  end?: (why: string) => void;
}

const pollMs = 20;
const atExitMs = 300;

/**
 * The stdout of the process. Other systems rely on these lines, so a process that cannot write them ends: at
 * once when a write fails, after `stallMs` when the reader takes nothing. Until then it works on, and can be
 * stopped.
 */
export const createOutput = (options: OutputOptions = {}): Output => {
  const { fd = 1, stallMs = 10_000, maxWaiting = 16 * 1024 * 1024, end = endProcess } = options;
  const waiting: Buffer[] = [];
  let waitingBytes = 0;
  let stalledPolls = 0;
  let timer: NodeJS.Timeout | undefined;
  let drained = Promise.withResolvers<undefined>();
  let isOpen = false;

  const tryWrite = writerTo(fd, end);
  const drain = (): boolean => {
    let isMoving = false;
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      const taken = tryWrite(next);
      if (taken > 0) isMoving = true;
      waitingBytes -= taken;
      if (taken < next.length) {
        waiting[0] = next.subarray(taken);
        return isMoving;
      }
      waiting.shift();
    }
    drained.resolve(undefined);
    return true;
  };
  const poll = () => {
    timer = undefined;
    // Tries are counted instead of time, because a process that was frozen has not waited for its reader.
    stalledPolls = drain() ? 0 : stalledPolls + 1;
    if (stalledPolls * pollMs >= stallMs) end(`its reader has taken nothing for ${stallMs} ms`);
    else if (waiting.length > 0) timer = setTimeout(poll, pollMs).unref();
  };
  const keep = (rest: Buffer) => {
    if (waiting.length === 0) drained = Promise.withResolvers<undefined>();
    waiting.push(rest);
    waitingBytes += rest.length;
    if (waitingBytes > maxWaiting) end(`its reader is too slow: ${waitingBytes} bytes wait for it`);
    timer ??= setTimeout(poll, pollMs).unref();
  };
  const open = () => {
    isOpen = true;
    if (fd === 1) neverBlock();
    process.on('exit', () => {
      drainAtExit(drain, () => waiting.length > 0);
    });
  };
  return {
    write: (line) => {
      if (!isOpen) open();
      const bytes = Buffer.from(line);
      const taken = waiting.length > 0 ? 0 : tryWrite(bytes);
      if (taken < bytes.length) keep(bytes.subarray(taken));
    },
    written: () => (waiting.length === 0 ? Promise.resolve() : drained.promise),
  };
};

/** Returns how many bytes were written; 0 when the pipe is full. */
const writerTo =
  (fd: number, end: (why: string) => void) =>
  (bytes: Buffer): number => {
    try {
      return writeSync(fd, bytes);
    } catch (error) {
      if (isFull(error)) return 0;
      end(`it cannot be written: ${String(error)}`);
      throw error; // When `end` returns, as in tests, the line must not count as written.
    }
  };

/**
 * Keeps a full pipe or socket from blocking the whole process: Node makes it non-blocking when it creates its own
 * stream for it.
 */
const neverBlock = (): void => {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
};

const isFull = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'EAGAIN' || error.code === 'EINTR');

const drainAtExit = (drain: () => boolean, isLeft: () => boolean): void => {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  const untilMs = performance.now() + atExitMs;
  while (isLeft() && process.exitCode !== outputLostExitCode) {
    if (!drain()) Atomics.wait(pause, 0, 0, pollMs);
    if (performance.now() > untilMs) break;
  }
  if (isLeft()) process.exitCode = outputLostExitCode;
};

const endProcess = (why: string): void => {
  try {
    writeSync(
      2,
      `stdout is lost, so the process ends with exit code ${outputLostExitCode}: ${why}\n`,
    );
  } catch {
    // When stderr is lost as well, only the exit code remains as a sign.
  }
  process.exit(outputLostExitCode);
};
