import { followDeliveries, type Deliveries, type DeliveryReport } from './deliveries.ts';
import type { Unreadable } from '../kafka/read-spans.ts';
import { readOn, type Positions } from './read-topic.ts';
import { readTruth, type TrueRow, type TruthOptions } from './truth.ts';

export interface Comparison extends DeliveryReport {
  /** Rows of the outbox: what should be delivered, now or later. */
  expected: number;
  /** Rows marked as sent whose event is not in the topic. */
  lost: number;
  /** Messages in the topic that the database does not know. */
  foreign: number;
  /** Rows marked as sent whose message was deleted since, by retention or by hand. */
  deleted: number;
  /** Parts of the topic that nobody can read. */
  unreadable: Unreadable[];
  /** Rows not sent yet, those that wait behind a failed one among them. */
  unsent: number;
  /** Rows that used up their attempts. */
  failed: number;
  /** Rows that somebody gave up: those after them make no gap. */
  discarded: number;
}

export interface CompareOptions extends TruthOptions {
  brokers: string;
  /** Only these keys; absent: all. */
  keys?: ReadonlySet<string>;
  /** The topic's policy lets later events of a key pass one that has failed. */
  failedMayBePassed?: boolean;
}

/** Holds what stands in a topic against the truth, which is the outbox. */
export interface Checker {
  /** Reads on from where it ended the last time. Exact also while events are written and sent. */
  check(): Promise<Comparison>;
}

/** Holds what stands in the topic against the outbox, once. */
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
  const readMore = () =>
    readOn({
      brokers: options.brokers,
      topic: options.topic,
      positions,
      onDelivery: (delivery) => {
        if (isOfInterest(delivery.key)) deliveries.note(delivery);
      },
      onForeign: () => void (strangers += 1),
      onUnreadable: (part) => void unreadable.push(part),
      onDeleted: (partition, before) => void begins.set(partition, before),
    });
  const check = async (): Promise<Comparison> => {
    // first the topic: what is in it was committed before, so its row must be there
    await readMore();
    const { events } = deliveries.report();
    const { tally, add } = startTally(options, { deliveries, isDeleted });
    await readTruth(options, (rows) => rows.filter(({ key }) => isOfInterest(key)).forEach(add));
    const { known, absent, givenUp, ...counts } = tally;
    // what was sent after the topic was read is there by now
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

/** What must hold after any fault: nothing lost, nothing out of order, nothing made up. */
export const flawless = { lost: 0, foreign: 0, unreadable: [], violations: [] };
