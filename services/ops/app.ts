import { OpsService } from '#gen/ops/v1/ops_pb.ts';
import { systemClock } from '#platform/clock.ts';
import { openDoors } from '#platform/doors.ts';
import { newId } from '#platform/ids.ts';
import type { Lifecycle } from '#platform/lifecycle.ts';
import type { Logger } from '#platform/logger.ts';
import { createMetrics } from '#platform/metrics.ts';
import { bucketCount } from '#platform/outbox/bucket.ts';
import { openWakeUp, putBackChannel } from '#platform/outbox/wake-up.ts';
import { createReadiness } from '#platform/readiness.ts';
import { createRpcService } from '#platform/rpc/service.ts';
import { loadTokens } from '#platform/tokens.ts';
import { loadTopics } from '#platform/topics.ts';
import type { Config } from './config.ts';
import { createSources } from './domain/sources.ts';
import { opsNotes } from './rpc/api-notes.ts';
import { createOpsService } from './rpc/ops-service.ts';
import { opsRoles } from './rpc/roles.ts';
import { listFailedKeys } from './store/blocked.ts';
import { discardEvent, keepOperation, redriveKeys, replayRows } from './store/changes.ts';
import { findById, findBySequence, listFailed, listNewest, listShown } from './store/events.ts';
import { listOperations } from './store/operations.ts';
import { openOpsPools } from './store/pools.ts';
import { countHeld, loadNow, selectFailedKeys } from './store/selections.ts';
import { selectSentRows } from './store/sent-rows.ts';
import { countTopics, listPublishers } from './store/status.ts';
import { discard } from './usecases/discard.ts';
import { listBlocked } from './usecases/list-blocked.ts';
import { redrive } from './usecases/redrive.ts';
import { replay } from './usecases/replay.ts';
import { showOrder } from './usecases/show-order.ts';
import { showStatus } from './usecases/show-status.ts';
import { showTimeline } from './usecases/show-timeline.ts';

export interface OpsParts {
  config: Config;
  logger: Logger;
  lifecycle: Lifecycle;
}

/** Puts ops together: database, use cases, doors. */
export const startOps = async ({ config, logger, lifecycle }: OpsParts): Promise<void> => {
  const url = config.DATABASE_URL;
  const { topics } = await loadTopics(config.TOPICS_FILE);
  const { reading, changing, close } = openOpsPools({ url, logger });
  lifecycle.onClose('database', close);
  const wakeUps = new Map(
    config.OPS_SOURCES.map((schema) => [
      schema,
      openWakeUp({ url, schema, channel: putBackChannel(schema), logger }),
    ]),
  );
  lifecycle.onClose('wake-ups', async () => {
    await Promise.all([...wakeUps.values()].map((each) => each.close()));
  });

  const withoutBlocking = topics
    .filter(({ publish }) => publish !== undefined && publish.kind !== 'default')
    .map(({ name }) => name);
  const sources = createSources(config.OPS_SOURCES);
  const reads = {
    sources,
    holdsLater: (topic: string) => !withoutBlocking.includes(topic),
    loadNow: loadNow(reading),
    listFailed: listFailed(reading),
    listPublishers: listPublishers(reading),
  };
  const changes = {
    ...reads,
    newId,
    now: systemClock,
    keepOperation: keepOperation(changing),
    wakePublisher: (source: string) => wakeUps.get(source)?.signal(),
  };
  const change = { pool: changing, withoutBlocking };
  const service = createOpsService({
    showStatus: showStatus({ ...reads, countTopics: countTopics(reading), buckets: bucketCount }),
    showOrder: showOrder({ sources, listShown: listShown(reading) }),
    listBlocked: listBlocked({ ...reads, listFailedKeys: listFailedKeys(reading) }),
    showTimeline: showTimeline({ ...reads, listNewest: listNewest(reading) }),
    redrive: redrive({
      ...changes,
      selectFailedKeys: selectFailedKeys(reading),
      countHeld: countHeld(reading),
      redriveKeys: redriveKeys(change),
    }),
    discard: discard({
      ...changes,
      findById: findById(reading),
      findBySequence: findBySequence(reading),
      discardEvent: discardEvent(change),
    }),
    replay: replay({
      ...changes,
      selectSentRows: selectSentRows(reading),
      replayRows: replayRows(change),
    }),
    listOperations: listOperations(reading),
  });
  await serve({ config, logger, lifecycle }, service, () => reading.query('SELECT 1'));
};

const serve = async (
  { config, logger, lifecycle }: OpsParts,
  service: ReturnType<typeof createOpsService>,
  askDatabase: () => Promise<unknown>,
): Promise<void> => {
  const metrics = createMetrics();
  const readiness = createReadiness({
    checks: { database: askDatabase },
    stopping: lifecycle.stopping,
  });
  const access = { tokens: await loadTokens(config.AUTH_TOKENS_FILE), roles: opsRoles };
  const services = [createRpcService(OpsService, service, { logger, metrics, access })];
  const doors = { config, lifecycle, services, readiness, metrics, logger };
  await openDoors({ ...doors, apiNotes: opsNotes });
};
