import { InventoryService } from '#gen/inventory/v1/inventory_pb.ts';
import { PaymentService } from '#gen/payment/v1/payment_pb.ts';
import { waitFor } from '../wait-for.ts';
import type { ProcessExit } from '../engines/process.ts';
import { killLeftServices, type RunningService } from '../services/start-service.ts';
import { startGate, type Gate } from './gate.ts';
import { startShop } from './start-shop.ts';
import { openShopTables, type ShopTables } from './tables.ts';

type Env = Readonly<Record<string, string>>;

/** A shop whose order process reaches inventory and payment through gates, and can be killed and replaced. */
export interface GatedShop {
  readonly tables: ShopTables;
  readonly gates: Readonly<Record<'inventory' | 'payment', Gate>>;
  /** The order process under test. A test that replaces it leaves the new one to the next test. */
  order: RunningService;
  /** Starts another order process behind the same gates. */
  startOrder(env?: Env): Promise<RunningService>;
  /** Kills the order process, runs `meanwhile` while none is running, and starts another one. */
  killAndRestart(meanwhile: () => Promise<unknown>): Promise<void>;
  /** Waits until no timer is left, and then fails the test when the services' tables contradict each other. */
  untilAllIsDone(): Promise<void>;
  letGo(): Promise<void>;
  /** Stops everything, and resolves with the exit of the order process. */
  close(): Promise<ProcessExit>;
}

/** Starts the shop; `env` goes to each of its order processes. */
export const startGatedShop = async (env: Env): Promise<GatedShop> => {
  const shop = await startShop();
  const tables = openShopTables(shop.database.adminUrl);
  const gates = {
    inventory: await startGate(InventoryService, shop.inventory.grpcPort),
    payment: await startGate(PaymentService, shop.payment.grpcPort),
  };
  const urls = { INVENTORY_URL: gates.inventory.url, PAYMENT_URL: gates.payment.url };
  const startOrder = (more: Env = {}) => shop.startOrder({ ...urls, ...env, ...more });
  const gated: GatedShop = {
    tables,
    gates,
    order: await startOrder(),
    startOrder,
    killAndRestart: async (meanwhile) => {
      gated.order.process.kill('SIGKILL');
      const exit = await gated.order.process.exit;
      gated.order.closeClients();
      // A process is started even when `meanwhile` fails, because the next test needs one.
      await meanwhile().finally(async () => (gated.order = await startOrder()));
      expect(exit).toEqual({ code: null, signal: 'SIGKILL' });
    },
    untilAllIsDone: async () => {
      await waitFor(async () => (await tables.countTimers()) === 0, {
        what: 'everything to be undone or finished',
      });
      expect(await tables.findHalfDone()).toEqual([]);
    },
    letGo: async () => {
      await Promise.all(Object.values(gates).map((gate) => gate.letGo()));
    },
    close: async () => {
      const exit = await gated.order.stop();
      await shop.stop();
      await Promise.all(Object.values(gates).map((gate) => gate.close()));
      await tables.close();
      await killLeftServices();
      return exit;
    },
  };
  return gated;
};
