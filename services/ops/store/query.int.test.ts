import { createTestDatabase } from '../../../testing/engines/database.ts';
import type { Pool } from '#platform/database/pool.ts';
import { openTestPool } from '../../../testing/test-pool.ts';
import { query, search } from './query.ts';

let pool: Pool;

beforeAll(async () => {
  const database = await createTestDatabase();
  pool = openTestPool(database.urlFor('ops'), 1);
});
// the server's limit alone: on a busy machine the client's own, which comes a little later, could be noticed first
beforeEach(() => pool.query("SET statement_timeout = '100ms'"));
afterAll(() => pool.end());

test('a search that takes too long says so, and not that the database is unavailable', async () => {
  await expect(search(pool, 'SELECT pg_sleep(5)', [])).rejects.toMatchObject({
    kind: 'exhausted',
    reason: 'search-too-long',
    message: expect.stringContaining('Name an order.'),
  });
});

test('a change that takes too long was no search', async () => {
  await expect(query(pool, 'SELECT pg_sleep(5)', [])).rejects.toMatchObject({
    kind: 'unavailable',
    reason: 'database-unavailable',
  });
});
