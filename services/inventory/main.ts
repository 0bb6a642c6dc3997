import { runService } from '#platform/base/run-service.ts';
import { openCache } from '#platform/cache/open-cache.ts';
import { openDatabase } from '#platform/database/open-database.ts';
import { plainRest } from '#platform/serving/rest/options.ts';
import { serve } from '#platform/serving/serve.ts';
import { configSchema } from './config.ts';
import { inventoryContract } from './contract.ts';
import { createInventoryService } from './rpc/inventory-service.ts';
import { service } from './service.ts';
import { cacheStocks } from './store/cached-stocks.ts';
import { findPart, selectParts } from './store/parts.ts';
import { findReservation } from './store/reservations.ts';
import { saveReserved } from './store/save-reserved.ts';
import { saveEnded } from './store/save-ended.ts';
import { listParts } from './usecases/list-parts.ts';
import { loadPart } from './usecases/load-part.ts';
import { reserveStock } from './usecases/reserve-stock.ts';
import { commitStock, releaseStock } from './usecases/end-reservation.ts';
import { showStock } from './usecases/show-stock.ts';

/** Wires inventory: database, cache, use cases, servers. */
await runService(service, configSchema, async (context) => {
  const { pool, checks } = await openDatabase(context);
  const { findStock, noteStocks } = cacheStocks(pool, await openCache(context));
  const save = { pool, noteStocks };
  const reservations = { now: pool.clock.now, findReservation: findReservation(pool) };
  const endDeps = { ...reservations, saveEnded: saveEnded(save) };
  await serve(context, {
    contract: inventoryContract,
    implementation: createInventoryService({
      loadPart: loadPart({ findPart: findPart(pool) }),
      listParts: listParts({ selectParts: selectParts(pool) }),
      showStock: showStock({ findStock }),
      reserveStock: reserveStock({ ...reservations, saveReserved: saveReserved(save) }),
      releaseStock: releaseStock(endDeps),
      commitStock: commitStock(endDeps),
    }),
    checks,
    rest: plainRest,
  });
});
