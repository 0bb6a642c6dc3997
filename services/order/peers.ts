import { InventoryService } from '#gen/inventory/v1/inventory_pb.ts';
import { PaymentService } from '#gen/payment/v1/payment_pb.ts';
import type { Lifecycle } from '#platform/base/lifecycle.ts';
import type { Logger } from '#platform/base/logger.ts';
import { loadRpcClientAccess } from '#platform/serving/rpc-client/access.ts';
import { openRpcClient } from '#platform/serving/rpc-client/open-rpc-client.ts';
import type { Registry } from 'prom-client';
import { createInventory, type Inventory } from './clients/inventory.ts';
import { createPayment, type Payment } from './clients/payment.ts';
import type { Config } from './config.ts';

export interface PeersParts {
  config: Config;
  logger: Logger;
  registry: Registry;
  lifecycle: Lifecycle;
}

export interface Peers {
  inventory: Inventory;
  payment: Payment;
}

/** The services that order asks. Nothing is connected yet. */
export const openPeers = async (parts: PeersParts): Promise<Peers> => {
  const { config, logger, registry, lifecycle } = parts;
  const { INVENTORY_URL, PAYMENT_URL } = config;
  const access = await loadRpcClientAccess(config, { INVENTORY_URL, PAYMENT_URL });
  const inventory = openRpcClient(InventoryService, {
    ...{ name: 'inventory', url: INVENTORY_URL, ...access, logger, registry },
  });
  lifecycle.onClose('inventory', () => inventory.close());
  const payment = openRpcClient(PaymentService, {
    ...{ name: 'payment', url: PAYMENT_URL, ...access, logger, registry },
  });
  lifecycle.onClose('payment', () => payment.close());
  return { inventory: createInventory(inventory.rpcs), payment: createPayment(payment.rpcs) };
};
