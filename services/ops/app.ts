import { OpsService } from '#gen/ops/v1/ops_pb.ts';
import { databaseChecks, requireFitServer } from '#platform/database/check.ts';
import { openDoors } from '#platform/serving/doors.ts';
import type { Lifecycle } from '#platform/base/lifecycle.ts';
import type { Logger } from '#platform/base/logger.ts';
import { createMetrics } from '#platform/base/metrics.ts';
import { openWakeUp, putBackChannel } from '#platform/database/wake-up.ts';
import { createRpcService } from '#platform/serving/rpc/service.ts';
import { loadTokens } from '#platform/base/tokens.ts';
import { loadTopics } from '#platform/messaging/topics.ts';
import type { Config } from './config.ts';
import { opsNotes } from './rpc/api-notes.ts';
import { createOpsService } from './rpc/ops-service.ts';
import { opsRoles } from './rpc/roles.ts';
import { openOpsPools } from './store/pools.ts';
import { createUseCases } from './use-cases.ts';

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
  await requireFitServer(changing, logger);
  const wakeUps = new Map(
    config.OPS_SOURCES.map((schema) => [
      schema,
      openWakeUp({ url, schema, channel: putBackChannel(schema), logger }),
    ]),
  );
  lifecycle.onClose('wake-ups', async () => {
    await Promise.all([...wakeUps.values()].map((each) => each.close()));
  });

  const service = createOpsService(
    createUseCases({
      ...{ topics, reading, changing, sources: config.OPS_SOURCES },
      wakePublisher: (source) => wakeUps.get(source)?.signal(),
    }),
  );
  // searches may hold every connection for reading; that is no reason to be taken out of service
  await serve({ config, logger, lifecycle }, service, databaseChecks(changing));
};

const serve = async (
  { config, logger, lifecycle }: OpsParts,
  service: ReturnType<typeof createOpsService>,
  checks: ReturnType<typeof databaseChecks>,
): Promise<void> => {
  const metrics = createMetrics();
  const access = { tokens: await loadTokens(config.AUTH_TOKENS_FILE), roles: opsRoles };
  const services = [createRpcService(OpsService, service, { logger, metrics, access })];
  await openDoors({ config, lifecycle, services, checks, metrics, logger, apiNotes: opsNotes });
};
