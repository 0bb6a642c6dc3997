import { createTestDatabase } from '../../../testing/engines/database.ts';
import { newId } from '#platform/base/ids.ts';
import type { Pool } from '#platform/database/pool.ts';
import { openTestPool } from '../../../testing/test-pool.ts';
import { systemsOf } from '../systems.ts';
import { readMarks } from './marks.ts';
import { listServices } from './services.ts';

let owner: Pool;
let ops: Pool;
let url: string;
let days: { day: string }[];

beforeAll(async () => {
  const database = await createTestDatabase();
  owner = openTestPool(database.urlFor('loms'));
  url = database.urlFor('ops');
  ops = openTestPool(url, 1);
  await owner.query(
    `INSERT INTO loms.outbox (id, topic, key, sequence, event_type, payload, headers, bucket, created_at, status, sent_at)
     SELECT uuidv7(interval '-1 minute'), 'loms.order-events', n, 1, 'T', '{}', '{}', 0, clock_timestamp(), 'COMPLETED', clock_timestamp()
       FROM generate_series(1, 20000) n`,
  );
  const ofRows = await owner.query<{ day: string }>(
    'SELECT DISTINCT c.relname::text AS day FROM loms.outbox o JOIN pg_class c ON c.oid = o.tableoid',
  );
  days = ofRows.rows;
});
afterAll(() => Promise.all([owner.end(), ops.end()]));

const loms = {
  name: 'loms',
  hasOutbox: true,
  hasInbox: false,
  hasTimers: false,
  system: systemsOf(['loms'])[0],
};
/** The schemas of the other services that have something of a key. */
const others = async (pool: Pool) =>
  (await listServices(pool)()).map((service) => ({
    ...service,
    hasOutbox: false,
    system: undefined,
  }));
const keys = Array.from({ length: 100 }, (_, index) => String(index + 1));

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  Filter?: string;
  Plans?: Plan[];
}
const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

// with none (as after a night's load), and with the statistics of the sent rows
test.each(['no statistics', 'statistics'])(
  'many looks are planned a few times, and read no day with rows as a whole (%s)',
  async (known) => {
    if (known === 'statistics') await owner.query('ANALYZE');
    const eventIds = Array.from({ length: 50 }, newId);
    const pool = openTestPool(url, 1);
    for (let times = 0; times < 20; times += 1) {
      const isLongLook = times % 5 === 0;
      const marks = await readMarks(pool)([loms, ...(await others(pool))], {
        keys,
        eventIds: new Map([['loms', isLongLook ? eventIds : []]]),
        isLongLook,
      });
      expect(marks).toEqual([]);
    }
    const prepared = await pool.query<{ statement: string; custom: bigint; generic: bigint }>(
      'SELECT statement, custom_plans AS custom, generic_plans AS generic FROM pg_prepared_statements WHERE statement ~ $1',
      ['AS mark'],
    );
    expect(prepared.rows).toMatchObject([{ custom: 5n, generic: 15n }]);
    const { rows } = await pool.query<Record<string, [{ Plan: Plan }]>>(
      `EXPLAIN (GENERIC_PLAN, FORMAT JSON) ${prepared.rows[0]!.statement}`,
    );
    const nodes = nodesOf(rows[0]!['QUERY PLAN']![0].Plan);
    const whole = nodes
      .filter((node) => node['Node Type'] === 'Seq Scan')
      .map((node) => node['Relation Name']);
    // the days without a row may be
    for (const { day } of days) expect(whole).not.toContain(day);
    const ofDays = nodes.filter((node) => days.some(({ day }) => day === node['Relation Name']));
    const compared = ofDays.flatMap(({ Filter: filter = '' }) =>
      /\bkey\b/.test(filter) ? filter : [],
    );
    expect(compared.length).toBeGreaterThan(0);
    // else the cost is rows times keys
    for (const filter of compared) expect(filter).toContain('hashed SubPlan');
    await pool.end();
  },
);

test('what was written long before its commit is found by a long look', async () => {
  const late = await owner.query<{ id: string }>(
    `INSERT INTO loms.outbox (id, topic, key, sequence, event_type, payload, headers, bucket, created_at)
     VALUES (uuidv7(interval '-5 seconds'), 'loms.order-events', '7', 2, 'T', '{}', '{}', 0, clock_timestamp())
     RETURNING id::text`,
  );
  const look = (isLongLook: boolean) =>
    readMarks(ops)([loms], { keys, eventIds: new Map(), isLongLook });
  expect(await look(false)).toEqual([]);
  expect(await look(true)).toMatchObject([{ key: '7', id: late.rows[0]!.id }]);
});
