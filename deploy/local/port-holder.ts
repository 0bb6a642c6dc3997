import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface PortHolder {
  pid: number;
  command: string;
}

/**
 * Finds the process that listens on a TCP port; undefined when that cannot be found out, e.g. for another user's
 * process.
 */
export const findPortHolder = (port: number): PortHolder | undefined => {
  try {
    return process.platform === 'linux' ? fromProc(port) : fromLsof(port);
  } catch {
    return undefined; // It only makes the message more helpful; the port is taken in any case.
  }
};

const listening = '0A';

const fromProc = (port: number): PortHolder | undefined => {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const sockets = ['/proc/net/tcp', '/proc/net/tcp6']
    .flatMap((file) => readFileSync(file, 'utf8').split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(`:${hex}`) && fields[3] === listening)
    .map((fields) => `socket:[${fields[9]}]`);
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (openFiles(pid).some((target) => sockets.includes(target))) {
      return { pid: Number(pid), command: readFileSync(`/proc/${pid}/comm`, 'utf8').trim() };
    }
  }
  return undefined;
};

const openFiles = (pid: string): string[] => {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
  } catch {
    return []; // The process belongs to another user or has just ended.
  }
};

const fromLsof = (port: number): PortHolder | undefined => {
  const args = ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'];
  const lines = execFileSync('lsof', args, { encoding: 'utf8' }).split('\n');
  const field = (letter: string) => lines.find((line) => line.startsWith(letter))?.slice(1);
  const [pid, command] = [field('p'), field('c')];
  return pid === undefined || command === undefined ? undefined : { pid: Number(pid), command };
};
