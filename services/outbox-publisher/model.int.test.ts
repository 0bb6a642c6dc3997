/*
 * Random writers, publishers and faults on a real Postgres; the broker is a stand-in that can be made unreliable.
 * It does not acknowledge what it did not write: no publisher can defend against that. A client that does so is
 * among the faults (false-success). The bugs that this test has to find are in tools/seeded-bugs.
 *
 * Each run has the same scenarios, as far as timing allows. Settings: MODEL_SEED for other scenarios, MODEL_RUNS
 * for their number, MODEL_PATH (printed with the seed on failure) to repeat one of them, MODEL_LOG=info for the
 * log of the publishers.
 */
import fc from 'fast-check';
import { createLogger } from '#platform/base/logger.ts';
import { createTestDatabase } from '../../testing/engines/database.ts';
import { runScenario, type Lane } from '../../testing/publisher-model/run.ts';
import { scenarios } from '../../testing/publisher-model/scenario.ts';
import { openPublisherPool } from './store/pool.ts';
import { createOrders } from '../../testing/publisher-model/writers.ts';
import { openTestPool, patience } from '../../testing/test-pool.ts';

const { MODEL_RUNS, MODEL_SEED, MODEL_PATH, MODEL_SHRINK_MS, MODEL_LOG = 'silent' } = process.env;
const runs = Number(MODEL_RUNS ?? 120);
const seed = Number(MODEL_SEED ?? 20_261_121);
// a scenario mostly waits, so several run beside each other; a repeated one has the machine for itself
const laneCount = MODEL_PATH === undefined ? Math.min(8, runs) : 1;
const shrinkMs = Number(MODEL_SHRINK_MS ?? 20_000);
// no claim about speed: on a quick machine a tenth of it
const limitMs = 60_000 + runs * 5_000;

const logger = createLogger({ service: 'model', level: MODEL_LOG, format: 'json' });
const lanes: Lane[] = [];

beforeAll(async () => {
  for (let i = 0; i < laneCount; i += 1) lanes.push(await openLane());
});
afterAll(() =>
  Promise.all(
    lanes.flatMap(({ admin, writer, publisher }) =>
      [admin, writer, publisher].map((pool) => pool.end()),
    ),
  ),
);

const openLane = async (): Promise<Lane> => {
  const database = await createTestDatabase();
  const open = (url: string) => openTestPool(url, 4);
  const admin = open(database.adminUrl);
  await admin.query(createOrders);
  const url = database.urlFor('publisher');
  return {
    admin,
    writer: open(database.urlFor('loms')),
    publisher: openPublisherPool({ url, id: 'model', connections: 6, logger, ...patience }),
    logger,
  };
};

test(
  'whatever happens, what was committed is sent, in order',
  async () => {
    const startedMs = performance.now();
    let count = 0;
    let failure: { lane: Lane; shrinkUntilMs: number } | undefined;
    const property = (lane: Lane) =>
      fc.asyncProperty(scenarios, async (scenario) => {
        if (failure && (failure.lane !== lane || performance.now() > failure.shrinkUntilMs)) return;
        count += 1;
        try {
          await runScenario(lane, scenario);
        } catch (error) {
          failure ??= { lane, shrinkUntilMs: performance.now() + shrinkMs };
          throw error;
        }
      });
    const results = await Promise.allSettled(
      lanes.map((lane, i) =>
        fc.assert(property(lane), {
          numRuns: Math.ceil(runs / laneCount),
          seed: seed + i,
          ...(MODEL_PATH === undefined ? {} : { path: MODEL_PATH }),
        }),
      ),
    );
    const seconds = (performance.now() - startedMs) / 1_000;
    console.info(`${count} scenarios in ${seconds.toFixed(1)} s`);
    const failed = results.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  },
  limitMs,
);
