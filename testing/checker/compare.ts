import { followDeliveries, type Deliveries, type DeliveryReport } from './deliveries.ts';
import type { Unreadable } from '../kafka/read-spans.ts';
import { readOn, type Positions } from './read-topic.ts';
import { readTruth, type TrueRow, type TruthOptions } from './truth.ts';

export interface Comparison extends DeliveryReport {
  /** The number of outbox rows: what should be delivered, now or later. */
  expected: number;
  /** The number of rows marked as sent whose event is not in the topic. */
  lost: number;
  /** The number of messages in the topic that the database does not know. */
  foreign: number;
  /** The number of rows marked as sent whose message has been deleted since, by retention or by an operator. */
  deleted: number;
  /** The ranges of the topic that cannot be read. */
  unreadable: Unreadable[];
  /** The number of rows not sent yet, including those that wait behind a failed one. */
  unsent: number;
  /** The number of rows that used up their attempts. */
  failed: number;
  /** The number of rows that an operator discarded; they count as no gap for the events after them. */
  discarded: number;
}

export interface CompareOptions extends TruthOptions {
  brokers: string;
  /** Compare only these keys; absent: all keys. */
  keys?: ReadonlySet<string>;
  /** The other outboxes from which the topic is published; their events are left out. */
  others?: readonly string[];
  /** The topic's policy lets later events of a key overtake one that has failed. */
  failedMayBePassed?: boolean;
}

/** Compares a topic with the outbox, which is the truth. */
export interface Checker {
  /**
   * Compares, reading on from where the last call ended. The result is exact even while events are written and sent.
   */
  check(): Promise<Comparison>;
}

/** Compares a topic with the outbox once. */
export const compareWithOutbox = (options: CompareOptions): Promise<Comparison> =>
  createChecker(options).check();

export const createChecker = (options: CompareOptions): Checker => {
  const positions: Positions = new Map();
  const begins = new Map<number, bigint>();
  const unreadable: Unreadable[] = [];
  let strangers = 0;
  const deliveries = followDeliveries((partition) => begins.has(partition));
  const isDeleted = (row: TrueRow) =>
    isAt(row, (at, partition) => at < (begins.get(partition) ?? 0n));
  const isUnreadable = (row: TrueRow) =>
    isAt(row, (at, partition) =>
      unreadable.some((part) => part.partition === partition && part.from <= at && at < part.to),
    );
  const isOfInterest = (key: string) => options.keys?.has(key) ?? true;
  const isOfOther = (source = '') => options.others?.includes(source) ?? false;
  const readMore = () =>
    readOn({
      brokers: options.brokers,
      topic: options.topic,
      positions,
      onDelivery: (delivery) => {
        if (isOfOther(delivery.source)) return;
        if (isOfInterest(delivery.key)) deliveries.note(delivery);
      },
      onForeign: () => void (strangers += 1),
      onUnreadable: (part) => void unreadable.push(part),
      onDeleted: (partition, before) => void begins.set(partition, before),
    });
  const check = async (): Promise<Comparison> => {
    // The topic is read first: whatever is in it was committed before, so the database must have its row.
    await readMore();
    const { events } = deliveries.report();
    const { tally, add } = startTally(options, { deliveries, isDeleted });
    await readTruth(options, (rows) => rows.filter(({ key }) => isOfInterest(key)).forEach(add));
    const { known, absent, givenUp, ...counts } = tally;
    // An event may have been sent after the topic was read; reading on finds it.
    if (absent.length > 0) await readMore();
    return {
      ...deliveries.report((key, sequence) => givenUp.has(nameOf(key, sequence))),
      ...counts,
      lost: absent.filter((row) => !deliveries.has(row.id) && !isUnreadable(row)).length,
      foreign: events - known + strangers,
      unreadable: [...unreadable],
    };
  };
  return { check };
};

const nameOf = (key: string, sequence: number): string => `${sequence} of ${key}`;

const isAt = ({ partition, offset }: TrueRow, test: (at: bigint, partition: number) => boolean) =>
  partition !== null && offset !== null && test(BigInt(offset), partition);

interface Found {
  deliveries: Deliveries;
  isDeleted: (row: TrueRow) => boolean;
}

const startTally = (
  { failedMayBePassed = false }: CompareOptions,
  { deliveries, isDeleted }: Found,
) => {
  const absent: TrueRow[] = [];
  const givenUp = new Set<string>();
  const counts = { expected: 0, known: 0, unsent: 0, failed: 0, discarded: 0, deleted: 0 };
  const tally = { ...counts, absent, givenUp };
  const willNotCome = (state: TrueRow['state']) =>
    state === 'discarded' || (state === 'failed' && failedMayBePassed);
  const add = (row: TrueRow): void => {
    const { id, key, sequence, state } = row;
    if (state !== 'discarded') tally.expected += 1;
    if (state !== 'sent') tally[state] += 1;
    if (deliveries.has(id)) tally.known += 1;
    else if (state === 'sent' && !isDeleted(row)) absent.push(row);
    else if (state === 'sent') {
      tally.deleted += 1;
      givenUp.add(nameOf(key, sequence));
    }
    if (willNotCome(state)) givenUp.add(nameOf(key, sequence));
  };
  return { tally, add };
};

/**
 * What must hold after any fault: nothing lost, nothing unreadable, nothing out of order, nothing the outbox does not
 * know.
 */
export const flawless = { lost: 0, foreign: 0, unreadable: [], violations: [] };
