import { repeat } from '#platform/base/loops.ts';
import type { ServiceContext } from '#platform/base/run-service.ts';
import { sleep } from '#platform/base/sleep.ts';
import type { Pool } from '#platform/database/pool.ts';
import { createKafkaObserver } from '#platform/messaging/kafka/observer.ts';
import { createReaderKafka } from '#platform/messaging/kafka/reader-client.ts';
import type { Config } from './config.ts';
import { heldWords } from './domain/held.ts';
import { createRates } from './domain/rates.ts';
import type { OverviewUseCases } from './rpc/overview-service.ts';
import { listHeld } from './store/held.ts';
import { countWaiting } from './store/inbox-status.ts';
import { listPublishersOfAll, loadOutboxHead } from './store/overview.ts';
import { listServices } from './store/services.ts';
import { lookAround } from './usecases/look-around.ts';
import type { SourceStatus } from './usecases/show-status.ts';
import { createOverviewMetrics } from './metrics.ts';
import { expectedGroups } from './systems.ts';
import { createOverviewFeed } from './usecases/watch-overview.ts';

// 15 minutes
const history = { stepMs: 5_000, steps: 180 };
// A broker that is silent delays each look by this.
const requestTimeoutMs = 2_000;
const backoff = { firstMs: 1_000, maxMs: 5_000 };

export interface OverviewParts {
  watching: Pool;
  topics: readonly { name: string; owner: string; event?: string | undefined }[];
  showStatus: (source: string) => Promise<SourceStatus[]>;
}

/** Opens the one reader of a process; it looks at outboxes, inboxes and Kafka until the process stops. */
export const openOverview = async (
  { config, logger, lifecycle, metrics: { registry } }: ServiceContext<Config>,
  { watching, topics, showStatus }: OverviewParts,
): Promise<OverviewUseCases> => {
  const observer = createKafkaObserver(
    await createReaderKafka(config, { clientId: 'ops', logger, registry, requestTimeoutMs }),
  );
  const rates = createRates(history);
  const feed = createOverviewFeed({
    sleep,
    lookAround: lookAround({
      sleep,
      now: watching.clock.now,
      sources: config.OPS_SOURCES,
      topics: topics.filter(({ event }) => event !== undefined),
      showSource: async (source) => theOne(await showStatus(source)),
      loadOutboxHead: loadOutboxHead(watching),
      listPublishers: listPublishersOfAll(watching),
      listInboxes: listInboxes(watching),
      showInbox: showInbox(watching),
      observeKafka: observer.observe,
      rates,
    }),
  });
  createOverviewMetrics({
    registry,
    expected: expectedGroups(),
    newest: feed.newest,
    now: watching.clock.now,
  });
  const stopped = new AbortController();
  const looking = repeat(
    { name: 'looking at the flow of events', logger, backoff },
    stopped.signal,
    () => feed.look(stopped.signal),
  );
  lifecycle.onClose('overview', async () => {
    stopped.abort();
    await looking;
    await observer.close();
  });
  return {
    latestOverview: feed.latest,
    watchOverview: feed.watch,
    rateHistory: rates.history,
  };
};

const theOne = ([status]: SourceStatus[]): SourceStatus => {
  if (status === undefined) throw new Error('the source has no status');
  return status;
};

const listInboxes = (pool: Pool) => async (): Promise<string[]> =>
  (await listServices(pool)()).filter(({ hasInbox }) => hasInbox).map(({ name }) => name);

const showInbox = (pool: Pool) => async (service: string) => {
  // This is read before the counts, so that each consumer with a held partition is among them.
  const held = await listHeld(pool)(service);
  const consumers = await countWaiting(pool)(service);
  return consumers.map(({ consumer, topic, ...counts }) => ({
    consumer,
    topic,
    ...counts,
    held: held
      .filter((each) => each.consumer === consumer && each.topic === topic)
      .map((each) => heldWords(each, pool.clock.now())),
  }));
};
