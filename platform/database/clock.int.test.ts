import { createTestDatabase } from '../../testing/engines/database.ts';
import { createLogger } from '#platform/base/logger.ts';
import { databaseChecks } from './check.ts';
import { openPool, type Pool } from './pool.ts';

const logger = createLogger({ service: 'test', level: 'silent', format: 'json' });
const dayMs = 86_400_000;
const toleranceMs = 60_000;
const { now } = Date;
let pool: Pool;

beforeAll(async () => {
  const url = (await createTestDatabase()).adminUrl;
  pool = openPool({ url, applicationName: 'test', logger, max: 1 });
});
afterEach(() => {
  Date.now = now;
});
afterAll(() => pool.end());

const setClock = (aheadMs: number) => {
  Date.now = () => now() + aheadMs;
};
const reportOf = () => databaseChecks(pool).clock().then(String, String);
const timeOf = (id: string) => Number.parseInt(id.replace('-', '').slice(0, 12), 16);
const databaseMs = async () => {
  const { rows } = await pool.query<{ at: Date }>('SELECT clock_timestamp() AS at');
  return rows[0]!.at.getTime();
};

test('nobody knows the time of a database that was never reached', async () => {
  expect(() => pool.clock.now()).toThrow(expect.objectContaining({ kind: 'unavailable' }));
  expect(() => pool.clock.newId()).toThrow(expect.objectContaining({ kind: 'unavailable' }));
  expect(await reportOf()).toBe('undefined');
});

test.each([0, dayMs, -dayMs, 400 * dayMs])(
  'times and ids are of the database, however wrong the clock of the machine is (%d ms)',
  async (aheadMs) => {
    setClock(aheadMs);
    const beforeMs = await databaseMs();
    const times = [pool.clock.now().getTime(), timeOf(pool.clock.newId())];
    for (const ms of times) expect(Math.abs(ms - beforeMs)).toBeLessThan(toleranceMs);
  },
);

test.each([
  [dayMs, '24 hours ahead of'],
  [-5 * dayMs, '5 days behind'],
  [90_000, '90 seconds ahead of'],
])('a clock that is wrong is reported, and does no harm (%d ms)', async (aheadMs, words) => {
  await databaseMs();
  expect(await reportOf()).toBe('undefined');
  setClock(aheadMs);
  expect(await reportOf()).toContain(`the clock of this machine is ${words} the database's`);
  expect(databaseChecks(pool).clock.isReportOnly).toBe(true);
});
