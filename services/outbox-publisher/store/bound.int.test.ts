import { createTestDatabase } from '../../../testing/engines/database.ts';
import type { Pool } from '#platform/database/pool.ts';
import { newId } from '#platform/base/ids.ts';
import { createLogger } from '#platform/base/logger.ts';
import { encodeOutboxRows } from '#platform/messaging/outbox/event.ts';
import { insertOutboxSql } from '#platform/messaging/outbox/insert.ts';
import { untilWaitingForLock } from '../../../testing/lock-wait.ts';
import { waitFor } from '../../../testing/wait-for.ts';
import { readBound } from './bound.ts';
import { openPublisherPool } from './pool.ts';
import { openTestPool, patience } from '../../../testing/test-pool.ts';

const logger = createLogger({ service: 'test', level: 'error', format: 'json' });
let admin: Pool;
let writer: Pool;
let pool: Pool;

beforeAll(async () => {
  const database = await createTestDatabase();
  const open = openTestPool;
  admin = open(database.adminUrl);
  writer = open(database.urlFor('loms'));
  pool = openPublisherPool({
    url: database.urlFor('publisher'),
    id: 'test',
    connections: 16,
    logger,
    ...patience,
  });
});
afterAll(() => Promise.all([admin.end(), writer.end(), pool.end()]));

/** Other tests' transactions on the same server delay it. */
const bound = () =>
  waitFor(() => readBound(pool, 'loms')(), { what: 'the bound to ripen', timeoutMs: 60_000 });

const insert = () =>
  writer.query(insertOutboxSql({ schema: 'loms', parameter: '$1' }), [
    encodeOutboxRows([
      {
        id: newId(),
        topic: 'loms.order-events',
        key: 'k',
        sequence: 1n,
        eventType: 'T',
        payload: '{}',
        headers: {},
        createdAt: new Date(),
      },
    ]),
  ]);

test('a writer that has allocated its seq and has not written yet keeps the bound below it', async () => {
  await insert();
  expect(await bound()).toBe('1');
  // a row trigger runs when the row has its `seq`, and before it is written
  await admin.query(`
    CREATE FUNCTION loms.stall() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM pg_advisory_xact_lock_shared(4711); RETURN NEW; END $$;
    CREATE TRIGGER stall BEFORE INSERT ON loms.outbox FOR EACH ROW EXECUTE FUNCTION loms.stall()`);
  const gate = await admin.connect();
  await gate.query('SELECT pg_advisory_lock(4711)');
  const inserting = insert();
  await untilWaitingForLock(admin, 'loms');
  const { rows } = await admin.query<{ seq: bigint }>(
    'SELECT last_value AS seq FROM loms.outbox_seq_seq',
  );
  expect(rows[0]?.seq).toBe(2n);
  expect(await readBound(pool, 'loms')()).toBeUndefined();

  await gate.query('SELECT pg_advisory_unlock(4711)');
  gate.release();
  await inserting;
  expect(await bound()).toBe('2');
});
