import type { BenchCase } from './bench.ts';
import { backlogCase } from './cases/backlog.ts';
import { blockedCase } from './cases/blocked.ts';
import { drainCase } from './cases/drain.ts';
import { hotKeyCase } from './cases/hot-key.ts';
import { idleCase } from './cases/idle.ts';
import { liveCase } from './cases/live.ts';
import { snapshotCase } from './cases/snapshot.ts';
import { writersCase } from './cases/writers.ts';

/** In the order in which they run; `drain` first, because others are held against it. */
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
