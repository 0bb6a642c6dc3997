import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../../testing/engines/database.ts';
import { hostileSettings, makeHostile } from '../../testing/engines/hostile-settings.ts';
import { createLogger } from '../base/logger.ts';
import { databaseCheck } from './check.ts';
import { openSession } from './connection.ts';
import { openPool } from './pool.ts';

const logger = createLogger({ service: 'test', level: 'silent', format: 'json' });
let database: TestDatabase;
let admin: Client;

beforeAll(async () => {
  database = await createTestDatabase();
  admin = new Client({ connectionString: database.adminUrl });
  await admin.connect();
  await makeHostile(admin, database, ['loms']);
});
afterAll(() => admin.end());

const openOwn = () =>
  openPool({ url: database.urlFor('loms'), applicationName: 'test', logger, max: 2 });

// they end a session that takes a little longer, also the one that shows what everybody would get
const timeouts = Object.keys(hostileSettings).filter((name) => name.endsWith('_timeout'));

/** The settings of the role in this database, as a session of anybody would begin with them. */
const settingsOfRole = async (): Promise<Map<string, string>> => {
  const { rows } = await admin.query<{ setting: string }>(
    `SELECT unnest(setconfig) AS setting FROM pg_db_role_setting
      WHERE setrole = 'loms'::regrole
        AND setdatabase = (SELECT oid FROM pg_database WHERE datname = $1)`,
    [database.name],
  );
  return new Map(
    rows.map(({ setting }) => [setting.split('=', 1)[0]!, setting.replace(/^.*?=/, '')]),
  );
};

test('none of the hostile settings reaches a session, of a pool or alone', async () => {
  const pool = openOwn();
  const alone = await openSession({ url: database.urlFor('loms'), applicationName: 'test' });
  const options = timeouts.map((name) => `-c ${name}=0`).join(' ');
  const bare = new Client({ connectionString: database.urlFor('loms'), options });
  await bare.connect();
  const ofRole = await settingsOfRole();
  try {
    for (const [name, value] of Object.entries(hostileSettings)) {
      const show = async (on: Pick<Client, 'query'>) => {
        const text = `SELECT current_setting('${name}') AS value`;
        return (await on.query<{ value: string }>(text)).rows[0]?.value;
      };
      const reached = [await show(pool), await show(alone)].includes(value);
      // a setting that would not reach a session of anybody proves nothing
      const byDefault = timeouts.includes(name) ? ofRole.get(name) : await show(bare);
      expect([name, byDefault, reached]).toEqual([name, value, false]);
    }
  } finally {
    await Promise.all([pool.end(), alone.end(), bare.end()]);
  }
});

test('timestamps, bytes, numbers and intervals are read as they were written', async () => {
  const pool = openOwn();
  const moment = new Date('2026-02-03T04:05:06.789Z');
  const { rows } = await pool.query(
    `SELECT $1::timestamptz AS moment, $2::bytea AS bytes, $3::float8 AS number,
            '1 day 2 hours'::interval AS lasting, '{NULL}'::text[] AS list,
            '2026-03-04'::date::text AS day`,
    [moment, Buffer.from([0, 255]), 0.1 + 0.2],
  );
  expect(rows).toMatchObject([
    {
      moment,
      bytes: Buffer.from([0, 255]),
      number: 0.1 + 0.2,
      list: [null],
      lasting: { days: 1, hours: 2 },
      day: '2026-03-04',
    },
  ]);
  await pool.end();
});

test('triggers that do not fire are refused in words', async () => {
  const { name } = database;
  await admin.query(`ALTER ROLE loms IN DATABASE ${name} SET session_replication_role = replica`);
  const pool = openOwn();
  await expect(databaseCheck(pool)()).rejects.toThrow('session_replication_role is replica');
  await admin.query(`ALTER ROLE loms IN DATABASE ${name} RESET session_replication_role`);
  await databaseCheck(pool)();
  await pool.end();
});
