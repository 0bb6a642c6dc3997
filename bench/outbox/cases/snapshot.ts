import { Client } from 'pg';
import type { Bench, BenchCase } from '../bench.ts';
import type { Drain } from '../drain.ts';
import { fillOutbox } from '../fill.ts';
import { atLeast, plain } from '../figures.ts';

const backlogRows = 600_000;

/** A forgotten transaction keeps Postgres from removing dead rows and index entries. */
export const snapshotCase: BenchCase = {
  name: 'snapshot',
  about: 'a backlog while an idle repeatable-read transaction is held, and without it',
  run: async (bench) => {
    bench.say('without a held snapshot');
    const without = await drainLarge(bench);
    bench.say('with one');
    const holder = await holdSnapshot(bench.environment.adminUrl);
    const held = await drainLarge(bench).finally(() => holder.end());
    return [
      plain('600,000 rows: events/s', without.eventsPerSecond),
      plain('600,000 rows, snapshot held: events/s', held.eventsPerSecond),
      atLeast(
        plain('snapshot held: ratio', held.eventsPerSecond / without.eventsPerSecond, 2),
        0.8,
      ),
      plain('600,000 rows: CPU s per 100,000, Postgres', without.postgresCpu, 2),
      plain('600,000 rows, snapshot held: CPU s per 100,000, Postgres', held.postgresCpu, 2),
    ];
  },
};

const drainLarge = ({ drain, environment, scaled }: Bench): Promise<Drain> => {
  const rows = scaled(backlogRows);
  return drain({ rows, fill: (topic) => fillOutbox(environment, { topic, rows }) });
};

const holdSnapshot = async (connectionString: string): Promise<Client> => {
  const client = new Client({ connectionString });
  await client.connect();
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
  // The first statement takes the snapshot. It reads another table, so that TRUNCATE need not wait for it.
  await client.query('SELECT count(*) FROM publisher.members');
  return client;
};
