import { createRestingRows, type RestingRows } from './resting-rows.ts';
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
  readonly resting: RestingRows[];
  /** Per bucket, the first row that does not go for any other reason. */
  readonly left: Map<number, string>;
  /** Per bucket, the last row that this plan has dealt with: the next read goes on behind it. */
  readonly cursors: Map<number, string>;
}

export interface PlanRules {
  /** The partition of a key; undefined when the manifest does not know the topic. */
  partitionOf: (topic: string, key: string) => number | undefined;
  isBlocked: (row: UnsentRow) => boolean;
  isResting: (row: UnsentRow) => boolean;
  isPartitionResting: (topic: string, partition: number) => boolean;
  maxMessageBytes: number;
  /** Of one partition in one request; the broker's limit is on the record batch. */
  maxPartBytes: number;
  maxPartRows: number;
}

// record framing and the CloudEvents headers, but for what a row gives them
const overheadBytes = 600;

// The broker's default message.max.bytes is 1,048,588 and holds for a record batch; the estimate of a
// row's size is a little rough, so there is room to it.
export const requestLimits = {
  maxMessageBytes: 1_000_000,
  maxPartBytes: 900_000,
  maxPartRows: 4_000,
};

/**
 * Decides what goes into the next request. Rows come bucket by bucket in reading order. A row whose
 * partition is full ends its bucket for this request: what is behind it is read again, so no row of a
 * key overtakes an earlier one.
 */
export const planRequest = (rows: readonly UnsentRow[], rules: PlanRules): RequestPlan => {
  const plan: Omit<RequestPlan, 'resting'> = {
    parts: [],
    waiting: [],
    unsendable: [],
    left: new Map(),
    cursors: new Map(),
  };
  const seats = createSeats(plan, rules);
  const resting = createRestingRows();
  const unsendableKeys = new Set<string>();
  const fullBuckets = new Set<number>();
  for (const row of rows) {
    if (fullBuckets.has(row.bucket)) continue;
    const fate = decide(row, rules, unsendableKeys);
    if (fate.kind === 'goes' && !seats.take(row, fate)) {
      fullBuckets.add(row.bucket);
      noteFirst(plan.left, row);
      continue;
    }
    if (fate.kind === 'rests' && fate.partition !== undefined)
      resting.note({
        topic: row.topic,
        partition: fate.partition,
        bucket: row.bucket,
        seq: row.seq,
      });
    else if (fate.kind !== 'goes') noteFirst(plan.left, row);
    if (fate.kind === 'waits') plan.waiting.push(row);
    if (fate.kind === 'unsendable') {
      plan.unsendable.push({ row, reason: fate.reason });
      unsendableKeys.add(topicKey(row));
    }
    plan.cursors.set(row.bucket, row.seq);
  }
  return { ...plan, resting: resting.all() };
};

/** Rows of a bucket come in the order of `seq`. */
const noteFirst = (first: Map<number, string>, { bucket, seq }: UnsentRow): void => {
  if (!first.has(bucket)) first.set(bucket, seq);
};

interface Goes {
  readonly kind: 'goes';
  readonly partition: number;
  readonly bytes: number;
}

type Fate =
  | Goes
  | { readonly kind: 'waits' }
  // with its key, or with all that lies on the partition
  | { readonly kind: 'rests'; readonly partition?: number }
  | { readonly kind: 'unsendable'; readonly reason: string };

const waits: Fate = { kind: 'waits' };
const rests: Fate = { kind: 'rests' };

const decide = (row: UnsentRow, rules: PlanRules, unsendableKeys: ReadonlySet<string>): Fate => {
  if (rules.isBlocked(row)) return waits;
  if (rules.isResting(row)) return rests;
  if (unsendableKeys.size > 0 && unsendableKeys.has(topicKey(row))) return rests;
  const partition = rules.partitionOf(row.topic, row.key);
  if (partition === undefined) return { kind: 'unsendable', reason: 'unknown-topic' };
  // before anything is held against the row itself: earlier ones of its key rest too, and must not wait for it
  if (rules.isPartitionResting(row.topic, partition)) return { kind: 'rests', partition };
  const bytes = sizeOf(row);
  if (bytes > rules.maxMessageBytes) return { kind: 'unsendable', reason: 'message-too-large' };
  if (!isMoment(row.createdAtMs)) return { kind: 'unsendable', reason: 'cannot-encode' };
  return { kind: 'goes', partition, bytes };
};

// what a Date can hold; Postgres knows more, 'infinity' among it
const isMoment = (ms: number): boolean => Math.abs(ms) <= 8.64e15;

/** The places in the request; `take` is false when the row's partition has none left. */
const createSeats = (plan: Pick<RequestPlan, 'parts'>, rules: PlanRules) => {
  const rooms = new Map<string, { part: RequestPart; bytes: number }>();
  const roomOf = (topic: string, partition: number) => {
    const name = `${topic}/${partition}`;
    const known = rooms.get(name);
    if (known) return known;
    const room = { part: { topic, partition, rows: [] }, bytes: 0 };
    rooms.set(name, room);
    plan.parts.push(room.part);
    return room;
  };
  return {
    take: (row: UnsentRow, { partition, bytes: rowBytes }: Goes): boolean => {
      const room = roomOf(row.topic, partition);
      const { rows } = room.part;
      const bytes = room.bytes + rowBytes;
      const isFull = bytes > rules.maxPartBytes || rows.length >= rules.maxPartRows;
      // a row as large as a whole part goes alone
      if (isFull && rows.length > 0) return false;
      rows.push(row);
      room.bytes = bytes;
      return true;
    },
  };
};

// the key is in a header too
const sizeOf = (row: UnsentRow): number =>
  Buffer.byteLength(row.payload) +
  2 * Buffer.byteLength(row.key) +
  Buffer.byteLength(row.eventType) +
  sizeOfHeaders(row.headers) +
  overheadBytes;

const headerFramingBytes = 10;

const bytesOf = (value: unknown): number =>
  typeof value === 'string' ? Buffer.byteLength(value) : 0;

const sizeOfHeaders = (headers: UnsentRow['headers']): number => {
  let bytes = 0;
  for (const name in headers)
    // from a table that anybody may have written to: what is not text is refused later, with that reason
    bytes += Buffer.byteLength(name) + bytesOf(headers[name]) + headerFramingBytes;
  return bytes;
};
