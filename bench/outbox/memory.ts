import { readFile } from 'node:fs/promises';

const sampleMs = 250;

export interface Memory {
  /** The resident memory (VmRSS) in MiB, sampled every 250 ms. */
  samples: number[];
  /** The peak of the resident memory (VmHWM) in MiB. */
  peak: number;
}

/** Samples a process's memory until `stop`, which must be called while the process is still alive. Reads /proc. */
export const watchMemory = (pid: number): { stop(): Promise<Memory> } => {
  const samples: number[] = [];
  const timer = setInterval(() => {
    void readMemory(pid, 'VmRSS').then((mib) => samples.push(mib));
  }, sampleMs);
  return {
    stop: async () => {
      clearInterval(timer);
      return { samples, peak: await readMemory(pid, 'VmHWM') };
    },
  };
};

/** Reads a field of /proc/<pid>/status in MiB; NaN for a process that has ended. */
export const readMemory = async (pid: number, field: string): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
};
