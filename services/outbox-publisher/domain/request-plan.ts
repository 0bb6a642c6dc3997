import { createBackedOffRows, type BackedOffRows } from './backed-off-rows.ts';
import { topicKey, type UnsentRow } from './row.ts';

/** The rows that go to one partition, in order: they become one record batch. */
export interface RequestPart {
  readonly topic: string;
  readonly partition: number;
  readonly rows: UnsentRow[];
}

export interface RequestPlan {
  readonly parts: RequestPart[];
  /** Rows behind a FAILED row of their key. */
  readonly waiting: UnsentRow[];
  /** Rows that can never be sent. */
  readonly unsendable: { row: UnsentRow; reason: string }[];
  readonly backedOff: BackedOffRows[];
  /** Per bucket, the first row that is not sent for any other reason than a partition's back-off. */
  readonly firstUnsent: Map<number, string>;
  /** Per bucket, the last row that this plan covers: the next read begins after it. */
  readonly cursors: Map<number, string>;
}

export interface PlanRules {
  /** Returns the partition of a key; undefined when the manifest does not know the topic. */
  partitionOf: (topic: string, key: string) => number | undefined;
  isBlocked: (row: UnsentRow) => boolean;
  isBackedOff: (row: UnsentRow) => boolean;
  isPartitionBackedOff: (topic: string, partition: number) => boolean;
  maxMessageBytes: number;
  /** For one partition in one request; the broker's limit applies to the record batch. */
  maxPartBytes: number;
  maxPartRows: number;
}

// record framing and the CloudEvents headers, except for values taken from the row
const overheadBytes = 600;

// The broker's default message.max.bytes is 1,048,588 and applies to a record batch; the size of a row is
// only estimated, so there is some margin.
export const requestLimits = {
  maxMessageBytes: 1_000_000,
  maxPartBytes: 900_000,
  maxPartRows: 4_000,
};

/**
 * Decides what the next request contains. Rows come bucket by bucket in the order of `seq`. A row that does
 * not fit into its partition's batch ends its bucket for this request: what is behind it is read again, so no
 * row of a key overtakes an earlier one.
 */
export const planRequest = (rows: readonly UnsentRow[], rules: PlanRules): RequestPlan => {
  const plan: Omit<RequestPlan, 'backedOff'> = {
    parts: [],
    waiting: [],
    unsendable: [],
    firstUnsent: new Map(),
    cursors: new Map(),
  };
  const slots = createSlots(plan, rules);
  const backedOff = createBackedOffRows();
  const unsendableKeys = new Set<string>();
  const fullBuckets = new Set<number>();
  for (const row of rows) {
    if (fullBuckets.has(row.bucket)) continue;
    const decision = decide(row, rules, unsendableKeys);
    if (decision.kind === 'send' && !slots.take(row, decision)) {
      fullBuckets.add(row.bucket);
      noteFirst(plan.firstUnsent, row);
      continue;
    }
    if (decision.kind === 'backoff' && decision.partition !== undefined)
      backedOff.note({
        topic: row.topic,
        partition: decision.partition,
        bucket: row.bucket,
        seq: row.seq,
      });
    else if (decision.kind !== 'send') noteFirst(plan.firstUnsent, row);
    if (decision.kind === 'wait') plan.waiting.push(row);
    if (decision.kind === 'unsendable') {
      plan.unsendable.push({ row, reason: decision.reason });
      unsendableKeys.add(topicKey(row));
    }
    plan.cursors.set(row.bucket, row.seq);
  }
  return { ...plan, backedOff: backedOff.all() };
};

/** Rows of a bucket come in the order of `seq`. */
const noteFirst = (first: Map<number, string>, { bucket, seq }: UnsentRow): void => {
  if (!first.has(bucket)) first.set(bucket, seq);
};

interface Send {
  readonly kind: 'send';
  readonly partition: number;
  readonly bytes: number;
}

type Decision =
  | Send
  | { readonly kind: 'wait' }
  // because of its key, or because of the whole partition
  | { readonly kind: 'backoff'; readonly partition?: number }
  | { readonly kind: 'unsendable'; readonly reason: string };

const wait: Decision = { kind: 'wait' };
const backOff: Decision = { kind: 'backoff' };

const decide = (
  row: UnsentRow,
  rules: PlanRules,
  unsendableKeys: ReadonlySet<string>,
): Decision => {
  if (rules.isBlocked(row)) return wait;
  if (rules.isBackedOff(row)) return backOff;
  if (unsendableKeys.size > 0 && unsendableKeys.has(topicKey(row))) return backOff;
  const partition = rules.partitionOf(row.topic, row.key);
  if (partition === undefined) return { kind: 'unsendable', reason: 'unknown-topic' };
  // checked before the row itself: earlier rows of its key are backed off as well, and must not wait behind
  // it
  if (rules.isPartitionBackedOff(row.topic, partition)) return { kind: 'backoff', partition };
  const bytes = sizeOf(row);
  if (bytes > rules.maxMessageBytes) return { kind: 'unsendable', reason: 'message-too-large' };
  if (!isMoment(row.createdAtMs)) return { kind: 'unsendable', reason: 'cannot-encode' };
  return { kind: 'send', partition, bytes };
};

// the range of a Date; Postgres has more values, 'infinity' among them
const isMoment = (ms: number): boolean => Math.abs(ms) <= 8.64e15;

/** The batches of the request; `take` returns false when the batch of the row's partition is full. */
const createSlots = (plan: Pick<RequestPlan, 'parts'>, rules: PlanRules) => {
  const batches = new Map<string, { part: RequestPart; bytes: number }>();
  const batchOf = (topic: string, partition: number) => {
    const name = `${topic}/${partition}`;
    const known = batches.get(name);
    if (known) return known;
    const batch = { part: { topic, partition, rows: [] }, bytes: 0 };
    batches.set(name, batch);
    plan.parts.push(batch.part);
    return batch;
  };
  return {
    take: (row: UnsentRow, { partition, bytes: rowBytes }: Send): boolean => {
      const batch = batchOf(row.topic, partition);
      const { rows } = batch.part;
      const bytes = batch.bytes + rowBytes;
      const isFull = bytes > rules.maxPartBytes || rows.length >= rules.maxPartRows;
      // a row as large as a whole batch is sent alone
      if (isFull && rows.length > 0) return false;
      rows.push(row);
      batch.bytes = bytes;
      return true;
    },
  };
};

// the key is also sent in a header
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
    // anybody may have written to the table: a value that is not text is refused later, with that reason
    bytes += Buffer.byteLength(name) + bytesOf(headers[name]) + headerFramingBytes;
  return bytes;
};
