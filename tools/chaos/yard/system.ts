import { openOrderDoors } from '../../../testing/yard/order-doors.ts';
import type { ChaosSystem } from '../system.ts';
import { measureFlow, settle } from './flow.ts';
import { startLoad, type Told } from './load.ts';
import type { Play } from '../system.ts';
import { startYardRig, type Yard, type YardRig } from './rig.ts';
import { createJudge } from './verdict.ts';
import { yardWords } from './words.ts';

/** Orders of ships, through every door of both replicas of order. */
export const yardSystem: ChaosSystem<YardRig> = {
  name: 'yard',
  processes: 'inventory, payment, two of order, assembly, notification and the publisher',
  words: yardWords,
  start: startYardRig,
  play: playYard,
};

/** Orders through every door of every replica of order; held against the tables after each fault. */
export function playYard(rig: Yard): Play {
  const doors = rig.orders.flatMap(({ url, grpcPort }) =>
    openOrderDoors({ httpUrl: url, grpcUrl: `http://127.0.0.1:${grpcPort}` }),
  );
  const told: Told = { fates: new Map(), refused: new Set() };
  const { partIds } = rig;
  const load = { doors, partIds, told };
  return {
    startLoad: (ordersPerSecond) => startLoad({ ...load, ordersPerSecond }),
    measureFlow: () => measureFlow(rig, load),
    settle: () => settle(rig, told),
    judge: createJudge(rig, told),
  };
}
