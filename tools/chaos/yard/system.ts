import { openOrderClients } from '../../../testing/yard/order-clients.ts';
import type { ChaosSystem } from '../system.ts';
import { measureFlow, drain } from './flow.ts';
import { startLoad, type Told } from './load.ts';
import type { Play } from '../system.ts';
import { startYardRig, type Yard, type YardRig } from './rig.ts';
import { createJudge } from './verdict.ts';
import { yardWords } from './words.ts';

/** Ship orders, over every protocol of both replicas of order. */
export const yardSystem: ChaosSystem<YardRig> = {
  name: 'yard',
  processes: 'inventory, payment, two of order, assembly, notification and the publisher',
  words: yardWords,
  start: startYardRig,
  play: playYard,
};

/**
 * Places orders over every protocol of every replica of order, and checks them against the tables after each fault.
 */
export function playYard(rig: Yard): Play {
  const clients = rig.orders.flatMap(({ url, grpcPort }) =>
    openOrderClients({ httpUrl: url, grpcUrl: `http://127.0.0.1:${grpcPort}` }),
  );
  const told: Told = { outcomes: new Map(), refused: new Set() };
  const { partIds } = rig;
  const load = { clients, partIds, told };
  return {
    startLoad: (ordersPerSecond) => startLoad({ ...load, ordersPerSecond }),
    measureFlow: () => measureFlow(rig, load),
    drain: () => drain(rig, told),
    judge: createJudge(rig, told),
  };
}
