import { createPrograms } from '../tools/chaos/programs.ts';
import { isFine } from '../tools/chaos/run.ts';

const [loms, yard, engines, pvz, booking] = createPrograms(0);

/** Runs the short form of `make chaos`. */
test.each([
  {
    program: loms!,
    ordersPerSecond: 100,
    leastEvents: 50,
    only: ['publisher-kill-once', 'broker-kill', 'kafka-half-open', 'postgres-immediate'],
  },
  {
    program: yard!,
    ordersPerSecond: 20,
    leastEvents: 20,
    only: ['order-kill', 'assembly-freeze', 'peers-half-open', 'postgres-immediate'],
  },
  {
    program: engines!,
    ordersPerSecond: 15,
    leastEvents: 10,
    only: ['topic-compression', 'records-deleted', 'postgres-promoted', 'clock-days-off'],
  },
  {
    program: pvz!,
    ordersPerSecond: 20,
    leastEvents: 20,
    only: ['pvz-kill', 'pvz-notifier-kill', 'broker-stop-10', 'postgres-kill'],
  },
  {
    program: booking!,
    ordersPerSecond: 5,
    leastEvents: 10,
    only: ['saga-timeout-ticket'],
  },
])(
  'a few faults under load: nothing lost, nothing half done, nothing made up ($program.name)',
  async ({ program, ordersPerSecond, leastEvents, only }) => {
    const outcomes = await program.run({
      only,
      seed: 0,
      randomSeconds: 0,
      share: 0.5,
      ordersPerSecond,
      signal: new AbortController().signal,
      say: () => undefined,
    });
    expect(outcomes.filter((outcome) => !isFine(outcome))).toEqual([]);
    expect(outcomes).toHaveLength(only.length);
    for (const { events, missing } of outcomes) {
      expect(missing).toBeUndefined();
      expect(events).toBeGreaterThan(leastEvents);
    }
  },
);
