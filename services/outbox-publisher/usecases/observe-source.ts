import type { Logger } from '#platform/base/logger.ts';
import { repeat } from '#platform/base/loops.ts';
import type { HeldKeys } from '../domain/held-keys.ts';
import type { AssignmentHandoff } from './assignment-handoff.ts';

export interface ObserveSourceDeps<Backlog> {
  source: string;
  handoff: AssignmentHandoff;
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

/**
 * Updates the gauges for backlog, blocked keys and owned buckets every five seconds until the signal aborts.
 */
export const observeSource = <Backlog>(
  { source, handoff, heldKeys, readBacklog, observe, logger }: ObserveSourceDeps<Backlog>,
  signal: AbortSignal,
): Promise<void> => {
  // the publishing loop reports that the database is unavailable
  const loop = { name: 'reading the backlog', logger, facts: { source }, everyMs };
  return repeat({ ...loop, backoff, level: 'debug' }, signal, async () => {
    const buckets = handoff.assigned();
    const backlog = await readBacklog(buckets);
    const { blockedCount: blockedKeys } = heldKeys;
    observe(source, { backlog, blockedKeys, ownedBuckets: buckets.length });
  });
};
