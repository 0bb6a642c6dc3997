import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { checkout } from '../../deploy/folders.ts';

const run = promisify(execFile);

/** Keeps what a process leaves when it dies: Node's report, a core dump, and the strikes before the death. */
export interface PostMortem {
  /** The NODE_OPTIONS with which the runtime writes a report when it dies. */
  readonly nodeOptions: string;
  /** Allows the process to leave a core dump, where the system permits that. */
  allowCore(pid: number): Promise<void>;
  /** Records a strike as in progress; the function returned records its end. */
  begin(strike: Strike): () => void;
  /** After a death: writes the strikes beside the report, and returns lines that say where everything is. */
  describe(pid: number): Promise<string[]>;
  /** Removes the folder, unless it describes a death. */
  close(): Promise<void>;
}

export interface Strike {
  readonly attack: string;
  readonly seed: number;
  /** Returns the whole input as text; it is called only after a death. */
  readonly input: () => string;
}

interface Noted extends Strike {
  isOver: boolean;
}

// The fatal strike may have ended long ago for its sender, so more strikes are kept than are in progress at a time.
const keptStrikes = 200;

export const openPostMortem = async (): Promise<PostMortem> => {
  const folder = await mkdtemp(join(tmpdir(), 'inorder-fuzz-'));
  const ring: Noted[] = [];
  let isDescribed = false;
  return {
    nodeOptions: `--report-on-fatalerror --report-uncaught-exception --report-on-signal --report-directory=${folder}`,
    allowCore: async (pid) => {
      await run('prlimit', ['--pid', String(pid), '--core=unlimited:unlimited']).catch(() => {
        // The system has no prlimit; the report is written all the same.
      });
    },
    begin: (strike) => {
      const noted = { ...strike, isOver: false };
      ring.push(noted);
      if (ring.length > keptStrikes) ring.shift();
      return () => (noted.isOver = true);
    },
    describe: async (pid) => {
      isDescribed = true;
      const strikes = ring.map(({ attack, seed, input, isOver }) => ({
        attack,
        seed,
        isOver,
        input: input(),
      }));
      await writeFile(join(folder, 'strikes.json'), JSON.stringify(strikes, null, 1));
      const files = (await readdir(folder)).map((name) => join(folder, name));
      const cores = [join(checkout, 'core'), join(checkout, `core.${pid}`)].filter((path) =>
        existsSync(path),
      );
      const underWay = strikes.filter(({ isOver }) => !isOver);
      return [
        `left behind: ${[...files, ...cores].join(', ')}`,
        ...underWay.map(
          ({ attack, seed, input }) =>
            `under way at the death: ${attack}, strike ${seed}\n    ${input.slice(0, 600)}`,
        ),
      ];
    },
    close: async () => {
      if (!isDescribed) await rm(folder, { recursive: true });
    },
  };
};
