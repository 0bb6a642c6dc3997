import type { BenchCase } from './bench.ts';
import { backlogCase } from './cases/backlog.ts';
import { blockedCase } from './cases/blocked.ts';
import { drainCase } from './cases/drain.ts';
import { hotKeyCase } from './cases/hot-key.ts';
import { idleCase } from './cases/idle.ts';
import { liveCase } from './cases/live.ts';
import { snapshotCase } from './cases/snapshot.ts';
import { writersCase } from './cases/writers.ts';

/** All cases in the order in which they run; `drain` comes first, because others are compared with it. */
export const cases: readonly BenchCase[] = [
  drainCase,
  writersCase,
  blockedCase,
  backlogCase,
  snapshotCase,
  hotKeyCase,
  liveCase,
  idleCase,
];
