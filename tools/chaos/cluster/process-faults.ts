import type { Fault } from '../fault.ts';
import { untilReported } from './readiness.ts';
import { wrongClocks, type ClusterRig } from './rig.ts';

const offsetDays = [1, -1, 5, 400];
const endLimitSeconds = 60;

export const processFaults: readonly Fault<ClusterRig>[] = [
  {
    name: 'clock-days-off',
    title: `the clocks of four processes step by ${offsetDays.join(', ')} days while they run, then back`,
    seconds: 4,
    run: async ({ rig, pause }, seconds) => {
      try {
        for (const days of offsetDays) {
          await rig.setClocks(days);
          const words = `${Math.abs(days) === 1 ? '24 hours' : `${days} days`} ${days > 0 ? 'ahead of' : 'behind'}`;
          await untilReported(rig, wrongClocks, new RegExp(words));
          await pause(seconds);
        }
      } finally {
        await rig.setClocks(0);
      }
    },
  },
  {
    name: 'notification-stdout-full',
    title: "the disk full that one replica's log is written to; it ends, and is started again",
    seconds: 2,
    missing: ({ logDisk }) =>
      logDisk ? undefined : 'a disk of its own for a log needs the right to mount',
    run: async ({ rig, pause }, seconds) => {
      const replica = rig.notifications[1];
      if (!replica) throw new Error('there is no second replica');
      await rig.logDisk?.fill();
      const tooLate = pause(endLimitSeconds).then(() => undefined);
      const exit = await Promise.race([replica.exited(), tooLate]);
      await pause(seconds);
      await rig.logDisk?.free();
      if (exit === undefined) throw new Error(`${replica.name} went on without a log`);
      if (!exit.code) throw new Error(`${replica.name} ended with ${JSON.stringify(exit)}`);
      replica.start();
    },
  },
];
