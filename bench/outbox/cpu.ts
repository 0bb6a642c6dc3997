import { readFile, readdir } from 'node:fs/promises';

// clock ticks of /proc/<pid>/stat; 100 on every Linux that Node runs on
const ticksPerSecond = 100;

/**
 * CPU seconds of a process with its children, living and gone. Reads /proc; NaN where there is none.
 */
export const cpuSeconds = async (pid: number): Promise<number> => {
  const own = await readTimes(pid);
  if (!own) return NaN;
  const children = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const times = await Promise.all(children.map(readTimes));
  const living = times.filter((each) => each?.parent === pid);
  const ticks = living.reduce((sum, each) => sum + (each?.own ?? 0), own.own + own.gone);
  return ticks / ticksPerSecond;
};

const readTimes = async (pid: number) => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat === undefined) return undefined;
  // the name in brackets may hold blanks
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [parent = 0, user = 0, system = 0, goneUser = 0, goneSystem = 0] = [1, 11, 12, 13, 14].map(
    (index) => fields[index],
  );
  return { parent, own: user + system, gone: goneUser + goneSystem };
};
