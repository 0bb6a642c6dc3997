import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

export interface TiedOptions extends SpawnOptions {
  /** The signal that the child receives when this process dies, for whatever reason. */
  deathSignal: 'SIGTERM' | 'SIGINT' | 'SIGQUIT' | 'SIGKILL';
}

const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path));

/**
 * Starts a child that does not outlive this process, not even after a kill -9. On Linux the kernel sends the signal;
 * elsewhere a watcher at the other end of a pipe does. The child has a process group of its own, so that Ctrl-C in
 * the terminal reaches only this process, which then stops its children in order. Call it from the main thread,
 * because the kernel ties the child to the thread that spawned it.
 */
export const spawnTied = (
  command: string,
  args: readonly string[],
  { deathSignal, ...rest }: TiedOptions,
): ChildProcess => {
  const options = { ...rest, detached: true };
  if (process.platform === 'linux' && setpriv !== undefined) {
    const name = deathSignal.slice('SIG'.length);
    return spawn(setpriv, ['--pdeathsig', name, command, ...args], options);
  }
  const child = spawn(command, args, options);
  if (child.pid !== undefined) watch(child, child.pid, constants.signals[deathSignal]);
  return child;
};

const watch = (child: ChildProcess, pid: number, signal: number): void => {
  const script = fileURLToPath(new URL('./watcher.ts', import.meta.url));
  const watcher = spawn(process.execPath, [script, String(pid), String(signal)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watcher.unref();
  // The watcher ends with its child, because the pid may later belong to an unrelated process.
  child.once('exit', () => watcher.kill('SIGKILL'));
};
