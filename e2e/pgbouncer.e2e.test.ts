import { createTestDatabase, type TestDatabase } from '../testing/engines/database.ts';
import { startPgBouncer, type PgBouncer } from '../testing/engines/pgbouncer.ts';
import { protocols, killLeftLoms, launchLoms, startLoms } from '../testing/loms/start-loms.ts';
import { openLomsTables } from '../testing/loms/tables.ts';
import { requireFitServer } from '#platform/database/check.ts';
import { openPool } from '#platform/database/pool.ts';
import { createLogger } from '#platform/base/logger.ts';
import { LomsService } from '#gen/loms/v1/loms_pb.ts';

const logger = createLogger({ service: 'test', level: 'silent', format: 'json' });
const { orderCreate } = LomsService.method;
let database: TestDatabase;
let bouncer: PgBouncer | undefined;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  await killLeftLoms();
  await bouncer?.close();
});

const urlThrough = async (settings: Record<string, string | number>): Promise<string> => {
  const url = new URL(database.urlFor('loms'));
  const roles = ['loms'];
  bouncer = await startPgBouncer({ serverPort: Number(url.port), roles, settings });
  url.port = String(bouncer.port);
  return url.href;
};

const words = 'set pool_mode = session for this database';

test.each([
  { pool_mode: 'transaction', default_pool_size: 1 },
  { pool_mode: 'transaction', default_pool_size: 20 },
  { pool_mode: 'transaction', default_pool_size: 3, server_round_robin: 1, min_pool_size: 3 },
  { pool_mode: 'statement' },
])('%j is found out, and refused in words', async (settings) => {
  const pool = openPool({ url: await urlThrough(settings), applicationName: 'test', logger });
  try {
    await expect(requireFitServer(pool, logger)).rejects.toThrow(words);
  } finally {
    await pool.end();
  }
});

test('a service does not start behind pool_mode = transaction, and says what to do', async () => {
  const loms = launchLoms({ DATABASE_URL: await urlThrough({ pool_mode: 'transaction' }) });
  expect(await loms.exit).toEqual({ code: 1, signal: null });
  expect(loms.lines.join('\n')).toContain(words);
});

test('pool_mode = session: all works, with no setting of PgBouncer beside it', async () => {
  const tables = openLomsTables(database.adminUrl);
  const loms = await startLoms(await urlThrough({ pool_mode: 'session', default_pool_size: 40 }));
  const items = [{ sku: await tables.addStock(1_000), count: 1 }];
  for (const protocol of protocols) {
    const create = () => loms.clients[protocol].call(orderCreate, { userId: 1n, items });
    const outcomes = await Promise.all(Array.from({ length: 20 }, create));
    expect(outcomes.filter(({ answer }) => answer === undefined)).toEqual([]);
  }
  expect((await fetch(`${loms.url}/readyz`)).status).toBe(200);
  expect(await tables.findHalfDone()).toEqual([]);
  expect(await loms.stop()).toEqual({ code: 0, signal: null });
  await tables.close();
});
