import type { ChaosSystem } from '../system.ts';
import { drained, measureFlow } from './flow.ts';
import { startLoad, type Accepted } from './load.ts';
import { startLomsRig, type LomsRig } from './rig.ts';
import { createJudge } from './verdict.ts';
import { lomsWords } from './words.ts';

/** Orders of goods, with loms, two publishers and three notifiers. */
export const lomsSystem: ChaosSystem<LomsRig> = {
  name: 'loms',
  processes: 'loms, two publishers, three notifiers',
  words: lomsWords,
  start: startLomsRig,
  play: (rig) => {
    const accepted: Accepted = new Map();
    const { url } = rig;
    return {
      startLoad: (ordersPerSecond) => startLoad({ url, ordersPerSecond, accepted }),
      measureFlow: () => measureFlow(rig),
      drain: () => drained(rig),
      judge: createJudge(rig, accepted),
    };
  },
};
