import { topicKey, type UnsentRow } from './row.ts';

/** The rows that go to one partition, in order: they become one record batch. */
export interface RequestPart {
  readonly topic: string;
  readonly partition: number;
  readonly rows: UnsentRow[];
}

export interface RequestPlan {
  readonly parts: RequestPart[];
  /** Rows behind a FAILED one of their key. */
  readonly waiting: UnsentRow[];
  /** Rows that cannot be sent at all. */
  readonly unsendable: { row: UnsentRow; reason: string }[];
  /** Per bucket, the last row that this plan has dealt with: the next read goes on behind it. */
  readonly cursors: Map<number, string>;
}

export interface PlanRules {
  /** The partition of a key; undefined when the manifest does not know the topic. */
  partitionOf: (topic: string, key: string) => number | undefined;
  isBlocked: (row: UnsentRow) => boolean;
  isResting: (row: UnsentRow) => boolean;
  maxMessageBytes: number;
  /** Of one partition in one request; the broker's limit is on the record batch. */
  maxPartBytes: number;
  maxPartRows: number;
}

// record framing and the CloudEvents headers
const overheadBytes = 600;

interface Room {
  part: RequestPart;
  bytes: number;
}

/**
 * Decides what goes into the next request. Rows come bucket by bucket in reading order. A row whose
 * partition is full ends its bucket for this request: what is behind it is read again, so no row of a
 * key overtakes an earlier one.
 */
export const planRequest = (rows: readonly UnsentRow[], rules: PlanRules): RequestPlan => {
  const plan: RequestPlan = { parts: [], waiting: [], unsendable: [], cursors: new Map() };
  const rooms = new Map<string, Room>();
  const heldHere = new Set<string>();
  const fullBuckets = new Set<number>();
  for (const row of rows) {
    if (fullBuckets.has(row.bucket)) continue;
    const fate = decide(row, rules, heldHere);
    if (fate === 'waits') plan.waiting.push(row);
    else if (typeof fate === 'number') {
      if (!seat(row, fate, { plan, rooms, rules })) {
        fullBuckets.add(row.bucket);
        continue;
      }
    } else if (fate !== 'rests') {
      plan.unsendable.push({ row, reason: fate.reason });
      heldHere.add(topicKey(row));
    }
    plan.cursors.set(row.bucket, row.seq);
  }
  return plan;
};

type Fate = number | 'waits' | 'rests' | { reason: string };

const decide = (row: UnsentRow, rules: PlanRules, heldHere: ReadonlySet<string>): Fate => {
  if (rules.isBlocked(row)) return 'waits';
  if (rules.isResting(row) || (heldHere.size > 0 && heldHere.has(topicKey(row)))) return 'rests';
  if (sizeOf(row) > rules.maxMessageBytes) return { reason: 'message-too-large' };
  return rules.partitionOf(row.topic, row.key) ?? { reason: 'unknown-topic' };
};

const seat = (
  row: UnsentRow,
  partition: number,
  { plan, rooms, rules }: { plan: RequestPlan; rooms: Map<string, Room>; rules: PlanRules },
): boolean => {
  const name = `${row.topic}/${partition}`;
  let room = rooms.get(name);
  if (!room) {
    room = { part: { topic: row.topic, partition, rows: [] }, bytes: 0 };
    rooms.set(name, room);
    plan.parts.push(room.part);
  }
  const bytes = room.bytes + sizeOf(row);
  const isFull = bytes > rules.maxPartBytes || room.part.rows.length >= rules.maxPartRows;
  if (isFull && room.part.rows.length > 0) return false;
  room.part.rows.push(row);
  room.bytes = bytes;
  return true;
};

const sizeOf = (row: UnsentRow): number =>
  Buffer.byteLength(row.payload) + row.key.length + overheadBytes;
