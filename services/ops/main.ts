import { runService } from '#platform/base/run-service.ts';
import { databaseChecks, requireFitServer } from '#platform/database/check.ts';
import { measurePools } from '#platform/database/pool-metrics.ts';
import { serve } from '#platform/serving/serve.ts';
import { openWakeUp, requeueChannel } from '#platform/database/wake-up.ts';
import { loadTopics } from '#platform/messaging/topics.ts';
import { createSlots } from '#platform/serving/watch/slots.ts';
import { createPassOn } from './clients/pass-on.ts';
import { openSchemas } from './clients/schemas.ts';
import { configSchema } from './config.ts';
import { opsContract } from './contract.ts';
import { openTimelineWatch } from './open-timeline-watch.ts';
import { openOverview } from './open-overview.ts';
import { openSchemaCheck } from './open-schema-check.ts';
import { createOpsService } from './rpc/ops-service.ts';
import { servePage } from './serve-page.ts';
import { service } from './service.ts';
import { systemsOf } from './systems.ts';
import { openOpsPools } from './store/pools.ts';
import { createUseCases } from './use-cases.ts';

/** Wires ops: database, use cases, servers. */
await runService(service, configSchema, async (context) => {
  const { config, logger, lifecycle } = context;
  const url = config.DATABASE_URL;
  const { topics } = await loadTopics(config.TOPICS_FILE);
  const { reading, changing, watching, close } = openOpsPools({ url, logger });
  lifecycle.onClose('database', close);
  measurePools(context.metrics.registry, { reading, changing, watching });
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

  const parts = {
    topics,
    reading,
    changing,
    sources: config.OPS_SOURCES,
    systems: systemsOf(config.OPS_SOURCES),
    wakePublisher: (source: string) => wakeUps.get(source)?.signal(),
  };
  const slots = createSlots({
    max: config.WATCH_MAX_STREAMS,
    longestMs: config.WATCH_MAX_MINUTES * 60_000,
  });
  const watch = openTimelineWatch({ ...parts, watching, logger });
  lifecycle.onClose('watches', () => watch.close());

  const findPage = await servePage({ logger, traceUrl: config.TRACE_URL_TEMPLATE });
  const urls = new Map(
    Object.entries(service.httpCalls).map(([setting, name]) => [
      name,
      config[setting as keyof typeof service.httpCalls],
    ]),
  );
  const passOn = createPassOn({ urls, logger });
  const { showStatus } = createUseCases({ ...parts, reading: watching });
  await openSchemaCheck(context, topics);
  const overview = await openOverview(context, { watching, topics, showStatus });

  await serve(context, {
    contract: opsContract,
    implementation: createOpsService({
      ...createUseCases(parts),
      ...overview,
      schemas: openSchemas(config.SCHEMA_REGISTRY_URL, topics),
      watchTimeline: watch.watch,
      slots,
    }),
    limits: { maxStallMs: config.WATCH_STALL_SECONDS * 1_000 },
    // searches may use every reading connection, which is no reason to take the service out of rotation
    checks: databaseChecks(changing),
    emitDefaults: true,
    findRoute: (path) => findPage(path) ?? passOn(path),
  });
});
