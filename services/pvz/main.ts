import { randomInt } from 'node:crypto';
import { PvzService } from '#gen/pvz/v1/pvz_pb.ts';
import { runService } from '#platform/base/run-service.ts';
import { openDatabase } from '#platform/database/open-database.ts';
import { openOutbox } from '#platform/messaging/outbox/open-outbox.ts';
import { serve } from '#platform/serving/serve.ts';
import { configSchema } from './config.ts';
import { pvzContract } from './contract.ts';
import { importUpload } from './rpc/import-upload.ts';
import { createPvzService } from './rpc/pvz-service.ts';
import { createRateLimit } from './rpc/rate-limit.ts';
import { pvzRest } from './rpc/rest.ts';
import { service } from './service.ts';
import { acceptOrders } from './store/accept-orders.ts';

// a file of some millions of orders
const uploadTimeoutMs = 3_600_000;

/** Wires pvz: database, outbox, servers. */
await runService(service, configSchema, async (context) => {
  const database = await openDatabase(context);
  const wakeUp = openOutbox(context, database);
  const { pool } = database;
  const changes = {
    ...{ pool, ...pool.clock },
    newCourierId: () => BigInt(randomInt(1, 2 ** 31)),
    wakePublisher: () => wakeUp.signal(),
  };
  await serve(context, {
    contract: pvzContract,
    implementation: createPvzService(changes),
    admit: createRateLimit(context.config.RATE_LIMIT),
    uploads: new Map([[PvzService.method.importOrders, importUpload(acceptOrders(changes))]]),
    checks: database.checks,
    limits: { uploadTimeoutMs },
    rest: pvzRest,
  });
});
