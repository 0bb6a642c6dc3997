import { compactId } from './compact-id.ts';

/** A message as it was read from the topic. */
export interface Delivery {
  readonly partition: number;
  readonly offset: bigint;
  readonly key: string;
  /** The schema from whose outbox it says that it comes. */
  readonly source?: string;
  readonly id: string;
  readonly sequence: number;
  /** When the broker appended it, in milliseconds since the Unix epoch. */
  readonly timestampMs: number;
  /** It was redriven, so it may come after later events of its key. */
  readonly isRedriven?: boolean;
}

export interface DeliveryReport {
  /** The number of distinct events. */
  events: number;
  keys: number;
  /** The number of repeated deliveries. They are allowed (at-least-once), and consumers drop them. */
  duplicates: number;
  /** First deliveries that were not the next event of their key. There must be none. */
  violations: string[];
}

/** Whether the database says that this event will never come; then the later ones of its key make no gap. */
export type IsGivenUp = (key: string, sequence: number) => boolean;

/** Judges deliveries as they come. Those of one partition must be noted in offset order. */
export interface Deliveries {
  note(delivery: Delivery): void;
  has(id: string): boolean;
  report(isGivenUp?: IsGivenUp): DeliveryReport;
}

interface Gap {
  key: string;
  from: number;
  to: number;
  text: string;
}

type Last = Pick<Delivery, 'sequence' | 'partition' | 'offset'>;

/**
 * Follows the sequences of each key from the beginning of the topic. The first delivery of an event must be the next
 * of its key: 1, 2, 3 … A key may begin later where retention has deleted the beginning of its partition. It uses
 * about 200 bytes an event, so it can follow a long run.
 */
export const followDeliveries = (
  isCut: (partition: number) => boolean = () => false,
): Deliveries => {
  const seen = new Set<string>();
  const lastOfKey = new Map<string, Last>();
  const violations: string[] = [];
  const gaps: Gap[] = [];
  const redriven = new Set<string>();
  let duplicates = 0;

  const judge = (delivery: Delivery, last: Last | undefined): void => {
    const { key, sequence, isRedriven } = delivery;
    const text = describe(delivery, last);
    const next = (last?.sequence ?? 0) + 1;
    if (last !== undefined && last.partition !== delivery.partition) violations.push(text);
    else if (last === undefined && isCut(delivery.partition)) return;
    else if (sequence > next) gaps.push({ key, from: next, to: sequence - 1, text });
    else if (sequence === next) return;
    else if (isRedriven) redriven.add(nameOf(key, sequence));
    else violations.push(text);
  };

  return {
    note: (delivery) => {
      const id = compactId(delivery.id);
      if (seen.has(id)) {
        duplicates += 1;
        return;
      }
      seen.add(id);
      const { key, sequence, partition, offset } = delivery;
      const last = lastOfKey.get(key);
      judge(delivery, last);
      if (!last || sequence > last.sequence) lastOfKey.set(key, { sequence, partition, offset });
    },
    has: (id) => seen.has(compactId(id)),
    report: (isGivenUp = () => false) => {
      const isLegal = (key: string, sequence: number) =>
        redriven.has(nameOf(key, sequence)) || isGivenUp(key, sequence);
      const open = gaps.filter((gap) => !isFilled(gap, isLegal));
      const found = [...violations, ...open.map(({ text }) => text)];
      return { events: seen.size, keys: lastOfKey.size, duplicates, violations: found };
    },
  };
};

/** Judges a complete list of deliveries. */
export const checkDeliveries = (deliveries: readonly Delivery[]): DeliveryReport => {
  const followed = followDeliveries();
  for (const delivery of deliveries) followed.note(delivery);
  return followed.report();
};

const nameOf = (key: string, sequence: number): string => `${sequence} of ${key}`;

/** Stops at the first missing event, because a made-up sequence may be very far away. */
const isFilled = ({ key, from, to }: Gap, isLegal: IsGivenUp): boolean => {
  for (let sequence = from; sequence <= to; sequence += 1)
    if (!isLegal(key, sequence)) return false;
  return true;
};

const describe = (delivery: Delivery, last: Last | undefined): string =>
  `key ${delivery.key}: ${place(delivery)} after ${last ? place(last) : 'nothing'}`;

const place = ({ sequence, partition, offset }: Last): string =>
  `sequence ${sequence} at ${partition}/${offset.toString()}`;
