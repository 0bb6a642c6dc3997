import { createDeliveryCheck } from '../deliveries.ts';
import type { Play } from '../system.ts';
import { countChanges } from './clients.ts';
import { createAttemptCheck, type Redriven } from './failed.ts';
import type { Heard } from './heard.ts';
import type { Told } from './load.ts';
import { topic, type PvzRig } from './rig.ts';
import { findContradictions, findForgotten } from './wrong.ts';

const shown = 5;
const callsAtATime = 16;

export interface JudgeParts {
  rig: PvzRig;
  told: Told;
  heard: Heard;
  /** What was redriven since the last call. */
  redriven: () => Redriven;
}

/** Checks everything that must hold when all events have been sent and logged. */
export const createJudge = ({ rig, told, heard, redriven }: JudgeParts): Play['judge'] => {
  const check = createDeliveryCheck(rig, [{ source: 'pvz', topic }]);
  const checkAttempts = createAttemptCheck(rig);
  return async () => {
    const { count, faults: failedWrongly } = redriven();
    const { faults, ...counts } = await check();
    await askForUnanswered(rig, told);
    const others = [
      await checkAttempts(),
      await findForgotten(rig, told),
      await findContradictions(rig),
      await findUnheard(rig, heard),
    ];
    return {
      ...counts,
      failed: count,
      faults: [...faults, ...failedWrongly, ...told.contradictions, ...others.flat()],
    };
  };
};

/** Asks for the histories of orders of which an answer is missing; from now on the answer is a promise. */
const askForUnanswered = async ({ pvz }: PvzRig, { orders, contradictions }: Told) => {
  const open = [...orders].filter(([, { least, most }]) => least !== most);
  const ask = async () => {
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const [orderId, { least, most }] = next;
      const found = await countChanges(pvz.url, orderId);
      if (found < least || found > most)
        contradictions.push(
          `order ${orderId} should have ${least} to ${most} changes, its history has ${found}`,
        );
      orders.set(orderId, { least: found, most: found });
    }
  };
  await Promise.all(Array.from({ length: callsAtATime }, ask));
};

/** Finds events that pvz-notifier has not logged, and those that it should not have. */
const findUnheard = async ({ query }: PvzRig, heard: Heard): Promise<string[]> => {
  const rows = await query<{ id: string }>('SELECT id::text FROM pvz.outbox');
  const wanted = new Set(rows.map(({ id }) => id));
  const logged = heard.read();
  const differences = [
    ...[...wanted.difference(logged)].map((id) => `pvz-notifier has not logged ${id}`),
    ...[...logged].filter((id) => !wanted.has(id)).map((id) => `pvz-notifier made up ${id}`),
  ];
  return [...differences.slice(0, shown), ...heard.faults()];
};
