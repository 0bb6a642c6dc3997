import type { ReadMessage } from './read-message.ts';
import { judgeSequence } from './judge.ts';

/** What the database has recorded about the messages, read while their positions are locked. */
export interface Known {
  /** The ids that were not accepted before, each with the highest sequence of its key and source until then. */
  fresh: ReadonlyMap<string, bigint | undefined>;
  /** The keys that are parked already. */
  parkedKeys: ReadonlySet<string>;
}

export interface BatchPlan {
  handle: ReadMessage[];
  /** The messages that wait behind others of their key, or for their dead letter. */
  park: ReadMessage[];
  duplicates: ReadMessage[];
  gaps: ReadMessage[];
  /** Like the gaps, but operators discarded all events that are missing. */
  skipped: ReadMessage[];
  /** New messages below the position of their key that were not redriven: they become dead letters in any case. */
  late: ReadMessage[];
}

/**
 * Decides for each message of a batch, in their order, whether it is handled, parked, dropped as a duplicate or, when
 * it is late, becomes a dead letter.
 */
export const planBatch = (batch: readonly ReadMessage[], known: Known): BatchPlan => {
  const plan: BatchPlan = { handle: [], park: [], duplicates: [], gaps: [], skipped: [], late: [] };
  const parkedKeys = new Set(known.parkedKeys);
  const highest = new Map<string, bigint | undefined>();
  const seen = new Set<string>();
  const park = (read: ReadMessage) => {
    parkedKeys.add(read.key);
    plan.park.push(read);
  };

  for (const read of batch) {
    if (seen.has(read.id) || !known.fresh.has(read.id)) {
      plan.duplicates.push(read);
      continue;
    }
    seen.add(read.id);
    const isLate = noteSequence(read, { known, highest, plan });
    if ('poison' in read.content) park(read);
    else if (isLate && !read.isRedriven) plan.late.push(read);
    else if (parkedKeys.has(read.key)) park(read);
    else plan.handle.push(read);
  }
  return plan;
};

interface Notes {
  known: Known;
  highest: Map<string, bigint | undefined>;
  plan: BatchPlan;
}

const noteSequence = (read: ReadMessage, { known, highest, plan }: Notes): boolean => {
  const { id, key, origin } = read;
  if (origin === undefined) return false;
  const name = `${origin.source}\n${key}`;
  const before = highest.has(name) ? highest.get(name) : known.fresh.get(id);
  const verdict = judgeSequence(origin.sequence, before, read.discarded);
  highest.set(name, verdict === 'late' ? before : origin.sequence);
  if (verdict === 'gap') plan.gaps.push(read);
  if (verdict === 'skipped') plan.skipped.push(read);
  return verdict === 'late';
};
