import { InventoryService } from '#gen/inventory/v1/inventory_pb.ts';
import { databaseChecks } from '#platform/database/check.ts';
import { openServicePool } from '#platform/database/service-pool.ts';
import { openDoors } from '#platform/serving/doors.ts';
import type { Lifecycle } from '#platform/base/lifecycle.ts';
import type { Logger } from '#platform/base/logger.ts';
import { createMetrics } from '#platform/base/metrics.ts';
import { plainRest } from '#platform/serving/rest/options.ts';
import { createRpcService } from '#platform/serving/rpc/service.ts';
import { loadTokens } from '#platform/base/tokens.ts';
import type { Config } from './config.ts';
import { inventoryNotes } from './rpc/api-notes.ts';
import { createInventoryService } from './rpc/inventory-service.ts';
import { inventoryRoles } from './rpc/roles.ts';
import { findPart, selectParts } from './store/parts.ts';
import { findReservation } from './store/reservations.ts';
import { saveReserved } from './store/save-reserved.ts';
import { saveSettled } from './store/save-settled.ts';
import { findStock } from './store/stocks.ts';
import { listParts } from './usecases/list-parts.ts';
import { loadPart } from './usecases/load-part.ts';
import { reserveStock } from './usecases/reserve-stock.ts';
import { commitStock, releaseStock } from './usecases/settle-reservation.ts';
import { showStock } from './usecases/show-stock.ts';

const schema = 'inventory';

export interface InventoryParts {
  config: Config;
  logger: Logger;
  lifecycle: Lifecycle;
}

/** Puts inventory together: database, use cases, doors. */
export const startInventory = async (parts: InventoryParts): Promise<void> => {
  const { config, logger, lifecycle } = parts;
  const pool = await openServicePool({ config, schema, logger, lifecycle });

  const reservations = { now: pool.clock.now, findReservation: findReservation(pool) };
  const settle = { ...reservations, saveSettled: saveSettled(pool) };
  const service = createInventoryService({
    loadPart: loadPart({ findPart: findPart(pool) }),
    listParts: listParts({ selectParts: selectParts(pool) }),
    showStock: showStock({ findStock: findStock(pool) }),
    reserveStock: reserveStock({ ...reservations, saveReserved: saveReserved(pool) }),
    releaseStock: releaseStock(settle),
    commitStock: commitStock(settle),
  });

  const metrics = createMetrics();
  const access = { tokens: await loadTokens(config.AUTH_TOKENS_FILE), roles: inventoryRoles };
  await openDoors({
    ...{ config, lifecycle, metrics, logger },
    checks: databaseChecks(pool),
    services: [createRpcService(InventoryService, service, { logger, metrics, access })],
    corsOrigins: config.CORS_ORIGINS,
    apiNotes: inventoryNotes,
    rest: plainRest,
  });
};
