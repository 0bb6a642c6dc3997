import { waitFor } from '../../testing/wait-for.ts';
import type { Environment } from '../outbox/environment.ts';
import type { RunningConsumer } from './consumers.ts';

export interface RateOptions {
  environment: Environment;
  topic: string;
  /** The number of effects to wait for, each of another event. */
  expected: number;
  start: () => Promise<RunningConsumer>;
}

const limitMs = 120_000;

/** Returns the events a second from the first effect to the last. Throws when one is missing or duplicated. */
export const measureRate = async (options: RateOptions): Promise<number> => {
  const { environment, topic, expected, start } = options;
  const seen: { atMs: number; count: number }[] = [];
  const look = async (): Promise<boolean> => {
    const [row] = await environment.query<{ count: string }>(
      'SELECT count(*) FROM assembly.effects WHERE topic = $1',
      [topic],
    );
    const count = Number(row?.count);
    if (count > 0) seen.push({ atMs: performance.now(), count });
    return count >= expected;
  };
  await environment.query('TRUNCATE assembly.effects');
  const consumer = await start();
  try {
    await waitFor(look, { what: `${expected} effects`, timeoutMs: limitMs, intervalMs: 50 });
  } finally {
    await consumer.stop();
  }
  const [row] = await environment.query<{ ids: string; rows: string }>(
    'SELECT count(DISTINCT event_id) AS ids, count(*) AS rows FROM assembly.effects WHERE topic = $1',
    [topic],
  );
  if (Number(row?.ids) !== expected || Number(row?.rows) !== expected)
    throw new Error(`${row?.rows} effects of ${row?.ids} events, not of ${expected}`);
  const [first, last] = [seen[0], seen.at(-1)];
  if (first === undefined || last === undefined) throw new Error('nothing was seen');
  return ((last.count - first.count) * 1_000) / (last.atMs - first.atMs);
};
