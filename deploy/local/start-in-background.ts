import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readRunState } from './run-state.ts';
import type { LocalSettings } from './settings.ts';

/** Starts a supervisor that outlives this command, shows its output, and returns when everything is ready. */
export const startInBackground = async (
  settings: LocalSettings,
  args: readonly string[],
): Promise<number> => {
  const home = settings.INORDER_HOME;
  const logFile = join(home, 'logs/supervisor.log');
  await mkdir(join(home, 'logs'), { recursive: true });
  const log = openSync(logFile, 'w');
  const script = fileURLToPath(new URL('./up.ts', import.meta.url));
  const child = spawn(process.execPath, [script, '--detached', ...args], {
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const stop = () => void child.kill('SIGTERM');
  process.on('SIGINT', stop).on('SIGTERM', stop);
  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  const isReady = () => {
    const state = readRunState(home);
    return state?.supervisor === child.pid && state?.isReady === true;
  };
  let shown = 0;
  let isLast = false;
  while (!isLast) {
    isLast = isOver() || isReady(); // Read once more after this, because the last lines are in the file by now.
    const text = await readFile(logFile, 'utf8');
    process.stdout.write(text.slice(shown));
    shown = text.length;
    if (!isLast) await delay(50);
  }
  process.off('SIGINT', stop).off('SIGTERM', stop);
  if (isOver()) return child.exitCode === 0 ? 0 : 1;
  child.unref();
  return 0;
};
