// `make bench-inbox`: the rate of one consumer on one partition, beside a bare consumer, and with parked keys.
import { leaveWhenIdle } from '../deploy/local/leave-when-idle.ts';
import { createEffects, startBareConsumer, startInboxConsumer } from './inbox/consumers.ts';
import { measureRate } from './inbox/measure-rate.ts';
import { eventsOf, fillTopic, newKeys } from './inbox/topic.ts';
import type { Figure } from './outbox/bench.ts';
import { openEnvironment, type Environment } from './outbox/environment.ts';
import { atLeast, plain } from './outbox/figures.ts';
import { median } from './outbox/statistics.ts';
import { reportFigures } from './report-figures.ts';

const rounds = 5;
const events = 60_000;
const bareEvents = 6_000;
const keys = 5_000;
const parkedKeys = 1_000;

const measureBare = async (environment: Environment): Promise<number> => {
  const topic = await fillTopic(environment, eventsOf(newKeys(keys), bareEvents));
  const start = () => startBareConsumer(environment, topic);
  return measureRate({ environment, topic, expected: bareEvents, start });
};

const measureInbox = async (environment: Environment): Promise<number> => {
  const topic = await fillTopic(environment, eventsOf(newKeys(keys), events));
  const start = () => Promise.resolve(startInboxConsumer(environment, topic));
  return measureRate({ environment, topic, expected: events, start });
};

/**
 * Measures the rate while some keys are parked: they fail from the first message on, are retried meanwhile, and each
 * gets one more message.
 */
const measureParked = async (environment: Environment): Promise<number> => {
  const bad = newKeys(parkedKeys);
  const good = eventsOf(newKeys(keys), events);
  const later = eventsOf(bad, parkedKeys, 2);
  const step = events / parkedKeys;
  const mixed = later.flatMap((message, n) => [...good.slice(n * step, (n + 1) * step), message]);
  const topic = await fillTopic(environment, [...eventsOf(bad, parkedKeys), ...mixed]);
  const start = () => Promise.resolve(startInboxConsumer(environment, topic, new Set(bad)));
  return measureRate({ environment, topic, expected: events, start });
};

const measure = async (): Promise<Figure[]> => {
  const environment = await openEnvironment();
  try {
    await createEffects(environment);
    const rates = { bare: [] as number[], inbox: [] as number[], parked: [] as number[] };
    for (let round = 0; round <= rounds; round += 1) {
      const bare = await measureBare(environment);
      const inbox = await measureInbox(environment);
      const parked = await measureParked(environment);
      const line = [bare, inbox, parked].map((rate) => rate.toFixed(0)).join(', ');
      console.log(
        `  ${round === 0 ? 'warm-up' : `round ${round}`}: bare, inbox, parked: ${line} ev/s`,
      );
      if (round === 0) continue;
      rates.bare.push(bare);
      rates.inbox.push(inbox);
      rates.parked.push(parked);
    }
    const ratio = (above: number[], below: number[]) =>
      median(above.map((rate, n) => rate / (below[n] ?? NaN)));
    return [
      plain('bare consumer, one INSERT a message, ev/s', median(rates.bare)),
      atLeast(plain('inbox, ev/s', median(rates.inbox)), 8_000),
      atLeast(plain('inbox to bare', ratio(rates.inbox, rates.bare), 1), 5),
      plain('inbox with 1,000 parked keys, other keys, ev/s', median(rates.parked)),
      atLeast(plain('with 1,000 parked keys to without', ratio(rates.parked, rates.inbox), 2), 0.9),
    ];
  } finally {
    await environment.close();
  }
};

leaveWhenIdle();
const startedMs = performance.now();
const figures = await measure();
const notes = `Medians of ${rounds} after a warm-up.
One process, one partition, ${events} events (bare: ${bareEvents}) of ${keys} orders; the effect is a row for each. Postgres
writes to disk in earnest. Rates are from the first effect to the last; afterwards each effect is there exactly once.
Parked: ${parkedKeys} keys fail at the first message and at each try (after 1, 2, 4 … s), and have one message more in between.`;
await reportFigures({ name: 'inbox', figures, notes, startedMs });
