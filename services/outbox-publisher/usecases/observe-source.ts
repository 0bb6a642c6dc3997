import type { Logger } from '#platform/base/logger.ts';
import { repeat } from '#platform/base/loops.ts';
import type { HeldKeys } from '../domain/held-keys.ts';
import type { AssignmentDesk } from './assignment-desk.ts';

export interface ObserveSourceDeps<Backlog> {
  source: string;
  desk: AssignmentDesk;
  heldKeys: HeldKeys;
  readBacklog: (buckets: readonly number[]) => Promise<Backlog[]>;
  observe: (
    source: string,
    state: { backlog: Backlog[]; blockedKeys: number; ownedBuckets: number },
  ) => void;
  logger: Logger;
}

const everyMs = 5_000;
const backoff = { firstMs: everyMs, maxMs: 30_000 };

/** Shows what waits, who is blocked and what is owned, every five seconds until the signal aborts. */
export const observeSource = <Backlog>(
  { source, desk, heldKeys, readBacklog, observe, logger }: ObserveSourceDeps<Backlog>,
  signal: AbortSignal,
): Promise<void> => {
  // the publishing loop reports that the database is away
  const loop = { name: 'reading the backlog', logger, facts: { source }, everyMs };
  return repeat({ ...loop, backoff, level: 'debug' }, signal, async () => {
    const buckets = desk.assigned();
    const backlog = await readBacklog(buckets);
    const { blockedCount: blockedKeys } = heldKeys;
    observe(source, { backlog, blockedKeys, ownedBuckets: buckets.length });
  });
};
