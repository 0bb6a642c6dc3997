import type { Registry } from 'prom-client';
import { Registry as NewRegistry } from 'prom-client';
import type { OrderEvent, OrderEventSchema } from '#gen/booking/v1/events_pb.ts';
import type { Logger } from '#platform/base/logger.ts';
import { openPool, type Pool } from '#platform/database/pool.ts';
import type { InboxConsumer } from '#platform/messaging/inbox/consumer.ts';
import { inboxConsumer, startInbox } from '#platform/messaging/inbox/start-inbox.ts';
import type { Kafka } from '#platform/messaging/kafka/client.ts';
import type { ServiceName } from '../../services/booking/domain/saga.ts';
import type { TestDatabase } from '../engines/database.ts';
import { breakCommit, withBrokenCommits } from './break-commit.ts';
import type { Plans } from './plans.ts';
import type { Handling } from './scenario.ts';

type Consumer = InboxConsumer<typeof OrderEventSchema>;

/** What a service is made of, from its start until it is killed. */
export interface LifeParts {
  pool: Pool;
  registry: Registry;
}

/** How one of the three services is run inside this process. */
export interface ServicePlan<Parts> {
  name: ServiceName;
  consumer: (life: LifeParts) => Consumer;
  /** Starts what it has in addition to its consumer. */
  open: (life: LifeParts) => { parts: Parts; stop: () => Promise<void> };
}

export interface RunningService<Parts> {
  /** What `open` returned for the present life. */
  parts(): Parts;
  /** How often it was killed. */
  kills(): number;
  stop(): Promise<void>;
}

export interface Surroundings {
  database: TestDatabase;
  /** The pool of an administrator. */
  admin: Pool;
  kafka: Kafka;
  plans: Plans;
  logger: Logger;
}

// how many messages of each partition are read again
const rewoundBy = 40;
// each life reads batches of another size
const batchSizes = [500, 7, 50, 1];

/** Runs a service with its real consumer, and does to it what the scenarios say. */
export const runService = <Parts>(
  around: Surroundings,
  plan: ServicePlan<Parts>,
): RunningService<Parts> => {
  let kills = 0;
  const endings: Promise<void>[] = [];
  const kill = async (isRewound: boolean): Promise<void> => {
    kills += 1;
    await around.admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND usename = $1`,
      [plan.name],
    );
    // not awaited: whoever kills it is one of its handlers, for which its end waits
    endings.push(replace(life, isRewound));
  };
  const replace = async (killed: Life<Parts>, isRewound: boolean): Promise<void> => {
    const startNext = () => {
      if (life === killed) life = startLife(around, plan, { nth: kills, kill });
    };
    if (!isRewound) startNext();
    await killed.leave();
    if (isRewound) await rewind(around.kafka, killed);
    startNext();
    await killed.end();
  };
  let life = startLife(around, plan, { nth: 0, kill });
  return {
    parts: () => life.parts,
    kills: () => kills,
    stop: async () => {
      await Promise.all(endings);
      await life.leave();
      await life.end();
    },
  };
};

interface Life<Parts> extends Pick<Consumer, 'group' | 'topic'> {
  parts: Parts;
  /** Ends what it does by itself. */
  leave: () => Promise<unknown>;
  /** Ends its connections, which calls may still use. */
  end: () => Promise<void>;
}

interface Fate {
  nth: number;
  kill: (isRewound: boolean) => Promise<void>;
}

const startLife = <Parts>(
  { database, kafka, plans, logger }: Surroundings,
  plan: ServicePlan<Parts>,
  { nth, kill }: Fate,
): Life<Parts> => {
  const { name } = plan;
  const url = database.urlFor(name);
  const pool = withBrokenCommits(
    openPool({ url, applicationName: `${name} ${nth}`, logger, max: 8 }),
  );
  const registry = new NewRegistry();
  const consumer = plan.consumer({ pool, registry });
  const { parts, stop } = plan.open({ pool, registry });
  const faulty: Consumer = {
    ...consumer,
    maxBatchSize: batchSizes[nth % batchSizes.length] ?? 1,
    handle: async (tx, events) => {
      const faults = plans.takeHandling(
        name,
        events.map(({ event }) => toEventOfOrder(event)),
      );
      const has = (...kinds: Handling['kind'][]) => kinds.some((kind) => faults.includes(kind));
      if (has('throws')) throw new Error('the scenario wants it');
      const result = await consumer.handle(tx, events);
      if (has('throws-late')) throw new Error('the scenario wants it, after the work');
      if (has('killed', 'killed-and-rewound')) await kill(has('killed-and-rewound'));
      if (has('connection-lost')) breakCommit(tx.client, 'before');
      if (has('answer-lost')) breakCommit(tx.client, 'after');
      return result;
    },
  };
  const inbox = startInbox({ pool, schema: name, kafka, logger, registry }, [
    inboxConsumer(faulty),
  ]);
  const { group, topic } = consumer;
  let leaving: Promise<unknown> | undefined;
  let ending: Promise<void> | undefined;
  return {
    ...{ parts, topic },
    ...(group !== undefined && { group }),
    leave: () => (leaving ??= Promise.all([inbox.stop(), stop()])),
    end: () => (ending ??= pool.end()),
  };
};

const toEventOfOrder = ({ correlationId, type }: OrderEvent) => ({
  orderId: correlationId,
  type: type as never,
});

/** Lets the group of a consumer that has stopped read once more what it has read last. */
const rewind = async (
  kafka: Kafka,
  { group = '', topic }: Pick<Consumer, 'group' | 'topic'>,
): Promise<void> => {
  const admin = kafka.admin();
  await admin.connect();
  const [read] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
  const partitions = (read?.partitions ?? []).map(({ partition, offset }) => ({
    partition,
    offset: String(Math.max(0, Number(offset) - rewoundBy)),
  }));
  // another life may have joined meanwhile: then the group keeps its place
  await admin.setOffsets({ groupId: group, topic, partitions }).catch(() => undefined);
  await admin.disconnect();
};
