import type { ChaosSystem } from '../system.ts';
import { openPvzClients } from './clients.ts';
import { redriveFailed, type Redriven } from './failed.ts';
import { drained, heard, measureFlow } from './flow.ts';
import { followNotifier } from './heard.ts';
import { startLoad, type Told } from './load.ts';
import { startPvzRig, type PvzRig } from './rig.ts';
import { createJudge } from './verdict.ts';
import { pvzWords } from './words.ts';

const nothing: Redriven = { count: 0, faults: [] };

/** The pick-up point, with two publishers and its notifier. */
export const pvzSystem: ChaosSystem<PvzRig> = {
  name: 'pvz',
  processes: 'pvz, two publishers, pvz-notifier',
  words: pvzWords,
  start: startPvzRig,
  play: (rig) => {
    const { url, grpcPort } = rig.pvz;
    const clients = openPvzClients({ httpUrl: url, grpcUrl: `http://127.0.0.1:${grpcPort}` });
    const told: Told = { orders: new Map(), contradictions: [] };
    const load = { clients, newOrderId: createIds(), told };
    const log = followNotifier(rig);
    let redriven = nothing;
    return {
      startLoad: (ordersPerSecond) => startLoad(load, ordersPerSecond),
      measureFlow: () => measureFlow(rig, load),
      drain: async () => {
        await drained(rig);
        redriven = await redriveFailed(rig);
        await drained(rig);
        await heard(rig, log);
      },
      judge: createJudge({ rig, told, heard: log, redriven: () => redriven }),
    };
  },
};

const createIds = () => {
  let last = 0;
  return () => (last += 1);
};
