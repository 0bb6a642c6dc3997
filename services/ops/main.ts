import { runService } from '#platform/base/run-service.ts';
import { databaseChecks, requireFitServer } from '#platform/database/check.ts';
import { serve } from '#platform/serving/serve.ts';
import { openWakeUp, requeueChannel } from '#platform/database/wake-up.ts';
import { loadTopics } from '#platform/messaging/topics.ts';
import { configSchema } from './config.ts';
import { opsContract } from './contract.ts';
import { createOpsService } from './rpc/ops-service.ts';
import { servePage } from './serve-page.ts';
import { service } from './service.ts';
import { openOpsPools } from './store/pools.ts';
import { createUseCases } from './use-cases.ts';

/** Wires ops: database, use cases, servers. */
await runService(service, configSchema, async (context) => {
  const { config, logger, lifecycle } = context;
  const url = config.DATABASE_URL;
  const { topics } = await loadTopics(config.TOPICS_FILE);
  const { reading, changing, close } = openOpsPools({ url, logger });
  lifecycle.onClose('database', close);
  await requireFitServer(changing, logger);
  const wakeUps = new Map(
    config.OPS_SOURCES.map((schema) => [
      schema,
      openWakeUp({ url, schema, channel: requeueChannel(schema), logger }),
    ]),
  );
  lifecycle.onClose('wake-ups', async () => {
    await Promise.all([...wakeUps.values()].map((each) => each.close()));
  });

  await serve(context, {
    contract: opsContract,
    implementation: createOpsService(
      createUseCases({
        topics,
        reading,
        changing,
        sources: config.OPS_SOURCES,
        wakePublisher: (source) => wakeUps.get(source)?.signal(),
      }),
    ),
    // searches may use every reading connection, which is no reason to take the service out of rotation
    checks: databaseChecks(changing),
    emitDefaults: true,
    findRoute: await servePage(logger),
  });
});
