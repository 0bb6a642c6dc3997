import { InventoryService } from '#gen/inventory/v1/inventory_pb.ts';
import { PaymentService } from '#gen/payment/v1/payment_pb.ts';
import type { ServiceContext } from '#platform/base/run-service.ts';
import { loadRpcClientAccess } from '#platform/serving/rpc-client/access.ts';
import { openRpcClient } from '#platform/serving/rpc-client/open-rpc-client.ts';
import type { Config } from '../config.ts';
import { createInventory, type Inventory } from './inventory.ts';
import { createPayment, type Payment } from './payment.ts';

export interface Clients {
  inventory: Inventory;
  payment: Payment;
}

/** Opens clients of the services that order calls. Connections are made on the first call. */
export const openClients = async (context: ServiceContext<Config>): Promise<Clients> => {
  const { config, logger, metrics, lifecycle } = context;
  const { INVENTORY_URL, PAYMENT_URL } = config;
  const access = await loadRpcClientAccess(config, { INVENTORY_URL, PAYMENT_URL }, logger);
  const common = { ...access, logger, registry: metrics.registry };
  const inventory = openRpcClient(InventoryService, {
    ...common,
    name: 'inventory',
    url: INVENTORY_URL,
  });
  lifecycle.onClose('inventory', () => inventory.close());
  const payment = openRpcClient(PaymentService, { ...common, name: 'payment', url: PAYMENT_URL });
  lifecycle.onClose('payment', () => payment.close());
  return { inventory: createInventory(inventory.rpcs), payment: createPayment(payment.rpcs) };
};
