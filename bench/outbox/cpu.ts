import { readFile, readdir } from 'node:fs/promises';

// the unit of /proc/<pid>/stat is a clock tick; there are 100 a second on every Linux that Node runs on
const ticksPerSecond = 100;

/** The CPU seconds of a process and all its descendants, living and ended. Reads /proc; NaN where there is none. */
export const cpuSeconds = async (pid: number): Promise<number> => {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const times = await Promise.all(pids.map(readTimes));
  const living = times.filter((each) => each !== undefined);
  const own = living.find((each) => each.pid === pid);
  if (!own) return NaN;
  const children = Map.groupBy(living, ({ parent }) => parent);
  const ticksOf = (each: typeof own): number =>
    (children.get(each.pid) ?? []).reduce(
      (sum, child) => sum + ticksOf(child),
      each.own + each.gone,
    );
  return ticksOf(own) / ticksPerSecond;
};

const readTimes = async (pid: number) => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat === undefined) return undefined;
  // the process name in brackets may contain spaces
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [parent = 0, user = 0, system = 0, goneUser = 0, goneSystem = 0] = [1, 11, 12, 13, 14].map(
    (index) => fields[index],
  );
  return { pid, parent, own: user + system, gone: goneUser + goneSystem };
};
