import type { ReadMessage } from './read-message.ts';
import { judgeSequence } from './judge.ts';

/** What the database knows of the messages, read under the locks of their positions. */
export interface Known {
  /** Ids that had not been accepted before, with the highest sequence of their key and source until then. */
  fresh: ReadonlyMap<string, bigint | undefined>;
  /** Keys whose messages wait already. */
  parkedKeys: ReadonlySet<string>;
}

export interface BatchPlan {
  handle: ReadMessage[];
  /** To wait behind others of their key, or for their dead letter. */
  park: ReadMessage[];
  duplicates: ReadMessage[];
  gaps: ReadMessage[];
  /** As the gaps, but what is missing was given up. */
  skipped: ReadMessage[];
  /** Unseen ones below their position, that nobody redrove: for the dead letters, whatever waits. */
  late: ReadMessage[];
}

/** Decides what becomes of each message of a batch (spec: what a consumer sees and does); in their order. */
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
