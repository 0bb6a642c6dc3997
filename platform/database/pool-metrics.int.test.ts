import { Registry } from 'prom-client';
import { createLogger } from '../base/logger.ts';
import { createTestDatabase } from '../../testing/engines/database.ts';
import { waitFor } from '../../testing/wait-for.ts';
import { measurePools } from './pool-metrics.ts';
import { openPool, type Pool } from './pool.ts';

const logger = createLogger({ service: 'test', level: 'silent', format: 'json' });
let pool: Pool;
const registry = new Registry();

beforeAll(async () => {
  const database = await createTestDatabase();
  pool = openPool({ url: database.urlFor('loms'), applicationName: 'test', logger, max: 1 });
  measurePools(registry, { main: pool });
});
afterAll(() => pool.end());

const values = async () => {
  const lines = (await registry.metrics()).split('\n').filter((line) => /^database_/.test(line));
  const named = lines.map((line): [string, number] => {
    const end = line.lastIndexOf(' ');
    return [line.slice(0, end), Number(line.slice(end))];
  });
  return Object.fromEntries(named);
};

test('connections, who waits for one, and how long', async () => {
  const client = await pool.connect();
  const waiting = pool.query('SELECT 1');
  expect(await values()).toMatchObject({
    'database_pool_connections{pool="main",state="busy"}': 1,
    'database_pool_connections{pool="main",state="idle"}': 0,
    'database_pool_max_connections{pool="main"}': 1,
    'database_pool_waiting{pool="main"}': 1,
    'database_pool_acquire_seconds_count{pool="main"}': 1,
  });
  const heldMs = 100;
  await new Promise((resolve) => setTimeout(resolve, heldMs));
  client.release();
  await waiting;
  await waitFor(
    async () => (await values())['database_pool_connections{pool="main",state="idle"}'] === 1,
    { what: 'the connection to be idle', timeoutMs: 10_000 },
  );
  const after = await values();
  expect(after['database_pool_waiting{pool="main"}']).toBe(0);
  expect(after['database_pool_acquire_seconds_count{pool="main"}']).toBe(2);
  expect(after['database_pool_acquire_seconds_sum{pool="main"}']).toBeGreaterThan(
    (heldMs - 10) / 1_000,
  );
});
