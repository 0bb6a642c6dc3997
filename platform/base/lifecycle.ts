import type { Logger } from './logger.ts';
import { timerMs } from './timer-ms.ts';

/** Registers what must be closed. Closers run in reverse order, each once, under one deadline. */
export interface Lifecycle {
  /** Aborts when the process has been asked to stop: loops end, and readiness fails. */
  readonly stopping: AbortSignal;
  /** Call it on the line after the opening. */
  onClose(name: string, close: () => Promise<void> | void): void;
  /** Reports a fatal error: stops the process with exit code 1. */
  fail(error: unknown): void;
}

export interface RunOptions {
  logger: Logger;
  shutdownTimeoutMs: number;
}

interface Closer {
  name: string;
  close: () => Promise<void> | void;
}

/**
 * Runs a process: starts it, waits for SIGTERM, SIGINT or `fail`, and closes what was opened in reverse
 * order. The exit code is 0 after a clean stop, and 1 after a fault or when closing exceeds the deadline. A
 * second signal stops at once. When the start fails half way, what was opened is closed as well.
 */
export const run = async (
  start: (lifecycle: Lifecycle) => Promise<void>,
  { logger, shutdownTimeoutMs }: RunOptions,
): Promise<never> => {
  const closers: Closer[] = [];
  const abort = new AbortController();
  let exitCode = 0;
  const stop = (signal: NodeJS.Signals) => {
    if (abort.signal.aborted) process.exit(1);
    logger.info({ signal }, 'stopping');
    abort.abort();
  };
  const fail = (error: unknown) => {
    logger.fatal({ err: error }, 'failed');
    exitCode = 1;
    abort.abort();
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
  process.on('uncaughtException', fail).on('unhandledRejection', fail);

  const stopped = new Promise<void>((resolve) => {
    abort.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await start({
    stopping: abort.signal,
    onClose: (name, close) => closers.push({ name, close }),
    fail,
  }).catch(fail);
  await stopped;

  setTimeout(() => {
    logger.error({ timeout_ms: shutdownTimeoutMs }, 'closing took too long');
    process.exit(1);
  }, timerMs(shutdownTimeoutMs)).unref();
  if (!(await closeAll(closers, logger))) exitCode = 1;
  logger.info('stopped');
  process.exit(exitCode);
};

const closeAll = async (closers: Closer[], logger: Logger): Promise<boolean> => {
  let clean = true;
  for (const { name, close } of closers.toReversed()) {
    try {
      await close();
    } catch (error) {
      clean = false;
      logger.error({ err: error, part: name }, 'closing failed');
    }
  }
  return clean;
};
