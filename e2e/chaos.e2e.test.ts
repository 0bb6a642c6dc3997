import { catalogue } from './chaos/catalogue.ts';
import { isFine, runChaos } from './chaos/run.ts';

const names = ['publisher-kill-once', 'broker-kill', 'kafka-half-open', 'postgres-immediate'];

/** The short form of `make chaos`. */
test('a few faults under load: nothing lost, nothing out of order, nothing made up', async () => {
  const outcomes = await runChaos({
    faults: catalogue(0).filter(({ name }) => names.includes(name)),
    random: { from: [], seconds: 0, seed: 0 },
    ...{ share: 0.5, ordersPerSecond: 100, signal: new AbortController().signal },
    say: () => undefined,
  });
  expect(outcomes.filter((outcome) => !isFine(outcome))).toEqual([]);
  expect(outcomes).toHaveLength(names.length);
  for (const { events, missing } of outcomes) {
    expect(missing).toBeUndefined();
    expect(events).toBeGreaterThan(50);
  }
}, 120_000);
