import { createTestDatabase } from '../../../testing/engines/database.ts';
import { openPool, type Pool } from '#platform/database/pool.ts';
import { createLogger } from '#platform/base/logger.ts';
import { query, search } from './query.ts';

const logger = createLogger({ service: 'test', level: 'error', format: 'json' });
let pool: Pool;

beforeAll(async () => {
  const database = await createTestDatabase();
  const statementTimeoutMs = 100;
  const url = database.urlFor('ops');
  pool = openPool({ url, applicationName: 'test', logger, statementTimeoutMs });
});
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
