import { withAdmin } from '../cluster/admin.ts';
import type { Fault } from '../fault.ts';
import { notifierGroup, topic, type PvzRig, type Span } from '../pvz/rig.ts';
import { frozen, killedInTurn } from './processes.ts';
import { brokerStopped } from './servers.ts';

const stopFor = (seconds: number): Fault => ({
  name: `broker-stop-${seconds}`,
  title: `the broker stopped for ${seconds} s`,
  seconds,
  isForRandom: true,
  run: brokerStopped,
});

/** The broker stopped for so long that events rest once, twice, or have no attempts left. */
export const brokerStops: readonly Fault[] = [1, 3, 10].map(stopFor);

/** Notes how long a fault lasts in which the topic cannot be written. */
export const whileUnwritable = ({ run, ...fault }: Fault): Fault<PvzRig> => ({
  ...fault,
  run: async (scene, seconds) => {
    const span: Span = { fromMs: Date.now() };
    scene.rig.unwritable.push(span);
    try {
      await run(scene, seconds);
    } finally {
      span.toMs = Date.now();
    }
  },
});

/** Faults of pvz and of its notifier. */
export const pvzFaults: readonly Fault<PvzRig>[] = [
  {
    name: 'pvz-kill',
    title: 'kill -9 of pvz',
    isForRandom: true,
    run: killedInTurn(({ pvz }) => [pvz]),
  },
  {
    name: 'pvz-freeze',
    title: 'pvz stopped (SIGSTOP) in the middle of calls, then continued',
    isForRandom: true,
    seconds: 5,
    run: frozen(({ pvz }) => pvz),
  },
  {
    name: 'pvz-notifier-kill',
    title: 'kill -9 of pvz-notifier',
    isForRandom: true,
    run: async ({ rig }) => {
      const { notifier, kills } = rig;
      const committed = await committedOffset(rig);
      await notifier.kill();
      kills.push({ committed, lines: notifier.lines().length });
      notifier.start();
    },
  },
];

/** The first offset that pvz-notifier has not committed. */
const committedOffset = (rig: PvzRig): Promise<number> =>
  withAdmin(rig, async (admin) => {
    const [found] = await admin.fetchOffsets({ groupId: notifierGroup, topics: [topic] });
    return Math.max(0, Number(found?.partitions[0]?.offset ?? 0));
  });
