import { systemClock } from '#platform/base/clock.ts';
import { sleep } from '#platform/base/sleep.ts';
import type { Pool } from '#platform/database/pool.ts';
import { eventHeader } from '#platform/messaging/event.ts';
import type { Kafka } from '#platform/messaging/kafka/client.ts';
import { partitionOf } from '#platform/messaging/kafka/partitioner.ts';
import { isToBeSent } from '#platform/messaging/outbox/row-states.ts';
import type { EventType, ServiceName } from '../../services/booking/domain/saga.ts';
import type { RequestPart } from '../../services/outbox-publisher/domain/request-plan.ts';
import type { UnsentRow } from '../../services/outbox-publisher/domain/row.ts';
import { openSourceProducer } from '../../services/outbox-publisher/events/producer.ts';
import type { Plans } from './plans.ts';
import { services, type Delivery } from './scenario.ts';

export const partitions = 4;

export interface Relay {
  /** Whether it has something left to send of this order. */
  isBusyWith(orderId: string): boolean;
  /** Rejects when it could not send. */
  stop(): Promise<void>;
}

export interface RelayParts {
  /** Reads and marks the outboxes of all services. */
  pool: Pool;
  kafka: Kafka;
  topic: string;
  plans: Plans;
}

const pollMs = 30;
const sendDeadlineMs = 30_000;

type Row = UnsentRow & { eventType: EventType };

/**
 * Sends the outboxes of the three services to the topic with the publisher's own producer, in the order of each key or
 * otherwise as the scenarios say: it stands for publishers and operators that delay, repeat and redrive.
 */
export const startRelay = (parts: RelayParts): Relay => {
  const abort = new AbortController();
  const busy = new Map<string, number>();
  const note = (orderId: string, change: number) =>
    busy.set(orderId, (busy.get(orderId) ?? 0) + change);
  const running = Promise.all(services.map((name) => relayOf(parts, name, note)(abort.signal)));
  running.catch(() => undefined);
  return {
    isBusyWith: (orderId) => (busy.get(orderId) ?? 0) > 0,
    stop: async () => {
      abort.abort();
      await running;
    },
  };
};

const relayOf =
  ({ pool, kafka, topic, plans }: RelayParts, name: ServiceName, note: Note) =>
  async (signal: AbortSignal): Promise<void> => {
    const producer = await openSourceProducer({
      ...{ kafka, source: name, now: systemClock },
      formOf: () => ({}),
    });
    const choose = createChoice(plans, note);
    try {
      while (!signal.aborted) {
        const rows = choose(await readUnsent(pool, name));
        if (rows.length > 0) {
          await producer.send(toParts(rows, topic), sendDeadlineMs);
          await markSent(pool, name, rows);
        }
        await sleep(pollMs, signal);
      }
    } finally {
      await producer.close();
    }
  };

type Note = (orderId: string, change: number) => void;

const readUnsent = async (pool: Pool, name: ServiceName): Promise<Row[]> => {
  const { rows } = await pool.query<Row>({
    name: `model_unsent_${name}`,
    text: `SELECT id::text, topic, key, sequence::text, event_type AS "eventType", payload::text, headers,
            (extract(epoch FROM created_at) * 1000)::float8 AS "createdAtMs"
       FROM ${name}.outbox WHERE ${isToBeSent} ORDER BY seq LIMIT 1000`,
  });
  return rows;
};

const markSent = (pool: Pool, name: ServiceName, rows: readonly Row[]) =>
  pool.query({
    name: `model_sent_${name}`,
    text: `UPDATE ${name}.outbox SET status = 'COMPLETED', sent_at = clock_timestamp()
            WHERE id = ANY ($1::uuid[]) AND sent_at IS NULL`,
    values: [rows.map(({ id }) => id)],
  });

const toParts = (rows: readonly Row[], topic: string): RequestPart[] =>
  [...Map.groupBy(rows, ({ key }) => partitionOf(key, partitions))].map(([partition, some]) => ({
    ...{ topic, partition },
    rows: some,
  }));

/** Chooses from the unsent rows of a service, in their order, those to be sent now, and adds those to be sent again. */
const createChoice = (plans: Plans, note: Note) => {
  const firstSeenMs = new Map<string, number>();
  const again: { row: Row; atMs: number }[] = [];
  const ageOf = ({ id }: Row, nowMs: number): number => {
    if (!firstSeenMs.has(id)) firstSeenMs.set(id, nowMs);
    return nowMs - (firstSeenMs.get(id) ?? nowMs);
  };
  const repeat = (row: Row, delivery: Delivery | undefined, nowMs: number): Row[] => {
    if (delivery?.kind === 'twice') return [row, row];
    if (delivery?.kind === 'again') {
      again.push({ row, atMs: nowMs + delivery.ms });
      note(row.key, 1);
    }
    return [row];
  };
  const isHeld = (row: Row, followers: readonly Row[], nowMs: number): boolean => {
    const delivery = deliveryOf(plans, row);
    const isYoung = ageOf(row, nowMs) < (delivery?.ms ?? 0);
    if (delivery?.kind === 'late') return isYoung;
    if (delivery?.kind !== 'overtaken') return false;
    return isYoung || followers.some(({ key }) => key === row.key);
  };
  const takeRipe = (nowMs: number): Row[] => {
    const ripe = again.filter(({ atMs }) => atMs <= nowMs);
    for (const each of ripe) {
      again.splice(again.indexOf(each), 1);
      note(each.row.key, -1);
    }
    return ripe.map(({ row }) => row);
  };
  return (unsent: readonly Row[]): Row[] => {
    const nowMs = performance.now();
    const waiting = new Set<string>();
    const chosen = unsent.flatMap((row, i) => {
      if (row.eventType === 'OrderCreated') bind(plans, row);
      if (waiting.has(row.key)) return [];
      const delivery = deliveryOf(plans, row);
      if (!isHeld(row, unsent.slice(i + 1), nowMs)) return repeat(row, delivery, nowMs);
      if (delivery?.kind === 'late') waiting.add(row.key);
      return [];
    });
    return [...chosen, ...takeRipe(nowMs)].map((row) => redrivenIfLate(plans, row));
  };
};

const deliveryOf = (plans: Plans, { key, eventType }: Row): Delivery | undefined =>
  plans.deliveryOf({ orderId: key, type: eventType });

/** An event that may have been overtaken is marked as an operator's redrive is. */
const redrivenIfLate = (plans: Plans, row: Row): Row =>
  deliveryOf(plans, row)?.kind === 'overtaken'
    ? { ...row, headers: { ...row.headers, [eventHeader.redriven]: 'true' } }
    : row;

const bind = (plans: Plans, { key, payload }: Row): void => {
  const { payload: created } = JSON.parse(payload) as { payload: { user_id: string } };
  plans.bind(key, created.user_id);
};
