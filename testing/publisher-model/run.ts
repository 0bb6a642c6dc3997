import { isToBeSent } from '#platform/messaging/outbox/row-states.ts';
import type { Pool } from '#platform/database/pool.ts';
import type { Logger } from '#platform/base/logger.ts';
import { bucketCount } from '#platform/messaging/outbox/bucket.ts';
import { sleep } from '#platform/base/sleep.ts';
import { waitFor } from '../wait-for.ts';
import { createBroker, type ModelBroker } from './broker.ts';
import { findFaults } from './checks.ts';
import { startModelPublisher, topic, type ModelPublisher, type TakeFault } from './publisher.ts';
import type { Happening, Scenario, StatementFault } from './scenario.ts';
import { isSkipping, keys, runWriter, type Written } from './writers.ts';

/** A database in which scenarios run one after the other. */
export interface Lane {
  readonly admin: Pool;
  readonly writer: Pool;
  readonly publisher: Pool;
  readonly logger: Logger;
}

/**
 * Runs a scenario, lets one healthy publisher finish the work, and throws when a promise was broken. It leaves
 * nothing running.
 */
export const runScenario = async (lane: Lane, scenario: Scenario): Promise<void> => {
  await prepare(lane.admin);
  const broker = createBroker(scenario.requestOutcomes, scenario.answerMs);
  const publishers = createPublishers(lane, scenario, broker);
  try {
    await play({ lane, scenario, broker, publishers });
  } finally {
    await publishers.abandon();
  }
};

interface Play {
  lane: Lane;
  scenario: Scenario;
  broker: ModelBroker;
  publishers: ReturnType<typeof createPublishers>;
}

const play = async ({ lane, scenario, broker, publishers }: Play): Promise<void> => {
  const written: Written = { committed: new Map() };
  const writer = { pool: lane.writer, written, onCommit: publishers.wake };
  const happening = publishers.happen(scenario.happenings);
  await Promise.all(scenario.writers.map((steps) => runWriter(writer, steps)));
  await happening;
  broker.calm();
  publishers.calm();
  const healthy = await publishers.leaveOne();
  await drained(lane.admin, healthy);
  await broker.settled();
  const faults = await findFaults(lane.admin, written, broker.deliveries());
  await inTime(healthy.stop());
  await membersEnded(lane.admin);
  faults.push(...broker.violations);
  if (faults.length > 0) throw new Error(faults.slice(0, 10).join('\n'));
};

const prepare = async (admin: Pool): Promise<void> => {
  await admin.query('TRUNCATE loms.outbox, loms.model_orders');
  await admin.query('DELETE FROM publisher.members');
  await admin.query('INSERT INTO loms.model_orders SELECT unnest($1::text[]), 0', [keys]);
};

/** Waits until the leases of publishers that could not leave, e.g. because they were frozen, have run out. */
const membersEnded = (admin: Pool): Promise<boolean> => {
  const living = 'SELECT FROM publisher.members WHERE expires_at > clock_timestamp()';
  const haveEnded = async () => (await admin.query(living)).rowCount === 0;
  return waitFor(haveEnded, { what: 'no member with a lease' });
};

const drained = async (admin: Pool, healthy: ModelPublisher): Promise<void> => {
  const select = `SELECT
    (SELECT count(*)::int FROM loms.outbox WHERE ${isToBeSent}) AS unsent,
    (SELECT count(*)::int FROM publisher.buckets WHERE owner = $1) AS owned`;
  const isDrained = async () => {
    const { rows } = await admin.query(select, [healthy.epoch()]);
    const [{ unsent, owned }] = rows as [{ unsent: number; owned: number }];
    if (unsent > 0 || owned < bucketCount) throw new Error(`${unsent} unsent, ${owned} owned`);
    return true;
  };
  const what = 'everything sent, all buckets with the healthy one';
  await waitFor(isDrained, { what, timeoutMs: 240_000 });
};

const inTime = async (stopped: Promise<void>): Promise<void> => {
  const cut = new AbortController();
  const late = sleep(60_000, cut.signal).then(() => {
    if (!cut.signal.aborted) throw new Error('a publisher did not stop');
  });
  await Promise.race([stopped, late]);
  cut.abort();
};

/** Puts back failed events, except in the topic where later events go on: there they would come after those. */
const redriveAll = async (admin: Pool): Promise<void> => {
  const blocking = keys.filter((key) => !isSkipping(key));
  const topics = blocking.map(() => topic);
  await admin.query('SELECT FROM loms.redrive_outbox($1, $2, $3)', [topics, blocking, []]);
};

/** The publishers of a scenario, by slot. */
const createPublishers = (lane: Lane, scenario: Scenario, broker: ModelBroker) => {
  const running = new Map<number, ModelPublisher>();
  const ending: Promise<void>[] = [];
  const faults = createFaults(scenario.statementFaults);
  const start = (slot: number): ModelPublisher => {
    const known = running.get(slot);
    if (known) return known;
    const parts = { pool: lane.publisher, broker, scenario, logger: lane.logger };
    const takeFault = faults.of(slot);
    const publisher = startModelPublisher({ ...parts, id: `model ${slot}`, takeFault });
    running.set(slot, publisher);
    return publisher;
  };
  const end = (slot: number, how: 'stop' | 'kill') => {
    const publisher = running.get(slot);
    running.delete(slot);
    if (publisher) ending.push(publisher[how]());
  };
  const tellAll = (what: 'wake' | 'refreshBlocked') => {
    for (const publisher of running.values()) publisher[what]();
  };
  const acts = {
    start: ({ publisher }: Happening) => start(publisher),
    stop: ({ publisher }: Happening) => end(publisher, 'stop'),
    kill: ({ publisher }: Happening) => end(publisher, 'kill'),
    restart: ({ publisher }: Happening) => {
      end(publisher, 'kill');
      start(publisher);
    },
    freeze: ({ publisher, ms }: Happening) => running.get(publisher)?.freeze(ms),
    redrive: () => void ending.push(redriveAll(lane.admin).then(() => tellAll('refreshBlocked'))),
    'redrive-unheard': () => void ending.push(redriveAll(lane.admin)),
  };
  for (let slot = 0; slot < scenario.publishers; slot += 1) start(slot);
  return {
    wake: () => tellAll('wake'),
    happen: async (happenings: readonly Happening[]) => {
      const beganMs = performance.now();
      for (const happening of happenings.toSorted((a, b) => a.atMs - b.atMs)) {
        await sleep(Math.max(0, beganMs + happening.atMs - performance.now()));
        acts[happening.kind](happening);
      }
    },
    calm: faults.calm,
    /** Kills whatever still runs, because the rest of a failed scenario would disturb the next one. */
    abandon: async (): Promise<void> => {
      for (const slot of running.keys()) end(slot, 'kill');
      await Promise.race([Promise.allSettled(ending), sleep(5_000)]);
    },
    /** Stops all publishers but one; starts one when none is running. */
    leaveOne: async (): Promise<ModelPublisher> => {
      const [kept = 0, ...others] = running.keys();
      for (const slot of others) end(slot, 'stop');
      const healthy = start(kept);
      await inTime(Promise.all(ending).then(() => undefined));
      return healthy;
    },
  };
};

const createFaults = (faults: readonly StatementFault[]) => {
  const counts = new Map<string, number>();
  let isCalm = false;
  return {
    of:
      (slot: number): TakeFault =>
      (statement) => {
        const name = `${slot} ${statement}`;
        const nth = counts.get(name) ?? 0;
        counts.set(name, nth + 1);
        if (isCalm) return undefined;
        return faults.find(
          (fault) => fault.publisher === slot && fault.statement === statement && fault.nth === nth,
        );
      },
    calm: () => {
      isCalm = true;
    },
  };
};
