/*
 * Random sagas on a real Postgres, Kafka and Redis: users, refusals, refunds, timeouts, and whatever can happen to events
 * and services on the way. The three services run in this process with their own consumers, use cases and timers; the
 * publisher is a stand-in that delays, repeats and redrives. All scenarios share the services, the tables and the topic,
 * and each has users of its own. The bugs that this test has to find are in tools/seeded-bugs.
 *
 * Each run has the same scenarios, as far as timing allows. Settings: MODEL_SEED for other scenarios, MODEL_RUNS for
 * their number, MODEL_PATH (printed with the seed on failure) to repeat one of them, MODEL_LANES for how many run beside
 * each other, MODEL_LOG=info for the log of the services.
 */
import fc from 'fast-check';
import { createLogger } from '#platform/base/logger.ts';
import { prepareFlights, runScenario } from './run.ts';
import { scenarios } from './scenario.ts';
import { readSnapshots, type Snapshot } from './snapshots.ts';
import { openWorld, type World } from './world.ts';

const { MODEL_RUNS, MODEL_SEED, MODEL_PATH, MODEL_SHRINK_MS, MODEL_LANES, MODEL_LOG } = process.env;
const runs = Number(MODEL_RUNS ?? 310);
const leastSagas = MODEL_RUNS === undefined ? 500 : 1;
const seed = Number(MODEL_SEED ?? 20_261_130);
// a scenario mostly waits; a repeated one has the services for itself
const laneCount = MODEL_PATH === undefined ? Math.min(Number(MODEL_LANES ?? 40), runs) : 1;
const shrinkMs = Number(MODEL_SHRINK_MS ?? 30_000);
// no claim about speed: on a quick machine a tenth of it
const limitMs = 120_000 + runs * 2_000;

const logger = createLogger({ service: 'model', level: MODEL_LOG ?? 'silent', format: 'json' });
let world: World;
const ended: Snapshot[] = [];

beforeAll(async () => {
  world = await openWorld(logger);
  await prepareFlights(world);
});
afterAll(() => world.close());

test(
  'whatever happens, each order ends with money and ticket, or with neither',
  async () => {
    const startedMs = performance.now();
    let count = 0;
    let failure: { lane: number; shrinkUntilMs: number } | undefined;
    const property = (lane: number) =>
      fc.asyncProperty(scenarios, async (scenario) => {
        if (failure && (failure.lane !== lane || performance.now() > failure.shrinkUntilMs)) return;
        count += 1;
        try {
          ended.push(...(await runScenario(world, scenario)));
        } catch (error) {
          failure ??= { lane, shrinkUntilMs: performance.now() + shrinkMs };
          throw error;
        }
      });
    const results = await Promise.allSettled(
      Array.from({ length: laneCount }, (_, lane) =>
        fc.assert(property(lane), {
          numRuns: Math.ceil(runs / laneCount),
          seed: seed + lane,
          ...(MODEL_PATH === undefined ? {} : { path: MODEL_PATH }),
        }),
      ),
    );
    const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
    const killed = `services were killed ${world.kills()} times`;
    console.info(`${count} scenarios, ${ended.length} sagas in ${seconds} s; ${killed}`);
    const failed = results.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
    expect(ended.length).toBeGreaterThanOrEqual(leastSagas);
  },
  limitMs,
);

test('what was read again or sent again after that has changed nothing', async () => {
  await world.drained();
  const users = [...new Set(ended.map(({ userId }) => userId))];
  const byOrder = new Map(ended.map((order) => [order.orderId, order]));
  for (const order of await readSnapshots(world.admin, users))
    expect(order).toEqual(byOrder.get(order.orderId));
});
