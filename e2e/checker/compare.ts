import { followDeliveries, type Deliveries, type DeliveryReport } from './deliveries.ts';
import { readOn, type Positions } from './read-topic.ts';
import { readTruth, type TrueRow, type TruthOptions } from './truth.ts';

export interface Comparison extends DeliveryReport {
  /** Rows of the outbox: what should be delivered, now or later. */
  expected: number;
  /** Rows marked as sent whose event is not in the topic. */
  lost: number;
  /** Events in the topic that the database does not know. */
  foreign: number;
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
  const deliveries = followDeliveries();
  const positions: Positions = new Map();
  const isOfInterest = (key: string) => options.keys?.has(key) ?? true;
  const readMore = () =>
    readOn({
      ...{ brokers: options.brokers, topic: options.topic, positions },
      onDelivery: (delivery) => {
        if (isOfInterest(delivery.key)) deliveries.note(delivery);
      },
    });
  const check = async (): Promise<Comparison> => {
    // first the topic: what is in it was committed before, so its row must be there
    await readMore();
    const { events } = deliveries.report();
    const { tally, add } = startTally(options, deliveries);
    await readTruth(options, (rows) => rows.filter(({ key }) => isOfInterest(key)).forEach(add));
    const { known, absent, givenUp, ...counts } = tally;
    // what was sent after the topic was read is there by now
    if (absent.length > 0) await readMore();
    return {
      ...deliveries.report((key, sequence) => givenUp.has(nameOf(key, sequence))),
      ...counts,
      lost: absent.filter((id) => !deliveries.has(id)).length,
      foreign: events - known,
    };
  };
  return { check };
};

const nameOf = (key: string, sequence: number): string => `${sequence} of ${key}`;

const startTally = ({ failedMayBePassed = false }: CompareOptions, deliveries: Deliveries) => {
  const absent: string[] = [];
  const givenUp = new Set<string>();
  const tally = { expected: 0, known: 0, unsent: 0, failed: 0, discarded: 0, absent, givenUp };
  const willNotCome = (state: TrueRow['state']) =>
    state === 'discarded' || (state === 'failed' && failedMayBePassed);
  const add = ({ id, key, sequence, state }: TrueRow): void => {
    if (state !== 'discarded') tally.expected += 1;
    if (state !== 'sent') tally[state] += 1;
    if (deliveries.has(id)) tally.known += 1;
    else if (state === 'sent') absent.push(id);
    if (willNotCome(state)) givenUp.add(nameOf(key, sequence));
  };
  return { tally, add };
};

/** What must hold after any fault: nothing lost, nothing out of order, nothing made up. */
export const flawless = { lost: 0, foreign: 0, violations: [] };
