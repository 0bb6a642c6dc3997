/** A message as it stands in the topic. */
export interface Delivery {
  readonly partition: number;
  readonly offset: bigint;
  readonly key: string;
  readonly id: string;
  readonly sequence: number;
  /** When the broker appended it. */
  readonly timestampMs: number;
}

export interface DeliveryReport {
  /** Different events. */
  events: number;
  keys: number;
  /** The same event once more: allowed (at least once), dropped by consumers. */
  duplicates: number;
  /** First deliveries that were not the next of their key; must be none. */
  violations: string[];
}

/**
 * Follows the sequences of each key from the beginning of the topic. Deliveries of one partition must come
 * in offset order. An event's first delivery must be the next of its key: 1, 2, 3 …
 */
export const checkDeliveries = (deliveries: readonly Delivery[]): DeliveryReport => {
  const seen = new Set<string>();
  const lastOfKey = new Map<string, Delivery>();
  const violations: string[] = [];
  for (const delivery of deliveries) {
    if (seen.has(delivery.id)) continue;
    seen.add(delivery.id);
    const last = lastOfKey.get(delivery.key);
    if (!isNext(delivery, last)) violations.push(describe(delivery, last));
    if (!last || delivery.sequence > last.sequence) lastOfKey.set(delivery.key, delivery);
  }
  return {
    events: seen.size,
    keys: lastOfKey.size,
    duplicates: deliveries.length - seen.size,
    violations,
  };
};

const isNext = (delivery: Delivery, last: Delivery | undefined): boolean =>
  last === undefined
    ? delivery.sequence === 1
    : delivery.sequence === last.sequence + 1 && delivery.partition === last.partition;

const describe = (delivery: Delivery, last: Delivery | undefined): string =>
  `key ${delivery.key}: ${place(delivery)} after ${last ? place(last) : 'nothing'}`;

const place = ({ sequence, partition, offset }: Delivery): string =>
  `sequence ${sequence} at ${partition}/${offset.toString()}`;
