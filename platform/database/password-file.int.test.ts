import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { createTestDatabase } from '../../testing/engines/database.ts';
import { openConnection, openSession } from './connection.ts';
import { identifier } from './identifier.ts';
import { openPool } from './pool.ts';

// A role of its own, because roles belong to the server, on which other tests run as well.

const logger = pino({ level: 'silent' });
const role = `rotated_${process.pid}`;
let folder: string;
let file: string;
let admin: pg.Client;
let url: string;

beforeAll(async () => {
  const database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'inorder-password-'));
  file = join(folder, 'password');
  admin = new pg.Client({ connectionString: database.adminUrl });
  await admin.connect();
  await admin.query(`CREATE ROLE ${identifier(role)} LOGIN`);
  const address = new URL(database.adminUrl);
  [address.username, address.password] = [role, ''];
  address.searchParams.set('password_file', file);
  url = address.href;
});
afterAll(async () => {
  await admin.query(`DROP ROLE ${identifier(role)}`);
  await admin.end();
  await rm(folder, { recursive: true });
});

const setOnServer = (password: string) =>
  admin.query(`ALTER ROLE ${identifier(role)} PASSWORD ${admin.escapeLiteral(password)}`);
const setInFile = (password: string) => writeFile(file, `${password}\n`);
const rotate = async (password: string) => {
  await setInFile(password);
  await setOnServer(password);
};

test('under load, a password that is changed twice costs no statement', async () => {
  await rotate('first: /?#@%');
  const pool = openPool({ url, applicationName: 'test', logger, max: 16 });
  const statements: Promise<unknown>[] = [];
  const load = async (clients: number, times: number) => {
    const client = async () => {
      for (let n = 0; n < times; n += 1) {
        const statement = pool.query('SELECT pg_sleep(0.005)');
        statements.push(statement);
        await statement;
      }
    };
    await Promise.all(Array.from({ length: clients }, client));
  };
  const underLoad = async (password: string, clients: number) => {
    const running = load(clients - 1, 60);
    await rotate(password);
    // one client more than there are connections, so that one is opened with the new password
    await Promise.all([running, load(clients, 60)]);
  };
  await load(1, 1);
  await underLoad('second', 4);
  const before = pool.totalCount;
  await underLoad('third', 8);
  expect(pool.totalCount).toBeGreaterThan(before);
  const { length } = statements;
  expect(length).toBe(1 + 60 * (3 + 4 + 7 + 8));
  await pool.end();
});

test('a pool takes the new password, and the one before is refused', async () => {
  await rotate('one');
  const pool = openPool({ url, applicationName: 'test', logger, max: 2 });
  const held = await pool.connect();
  await rotate('two');
  await pool.query('SELECT 1');
  await held.query('SELECT 1');
  held.release();
  await pool.end();
  const old = new URL(url);
  old.searchParams.delete('password_file');
  old.password = 'one';
  await expect(openConnection({ url: old.href, applicationName: 'test' })).rejects.toMatchObject({
    code: '28P01',
  });
});

test('the server may have it a little earlier than the file', async () => {
  await rotate('one');
  const pool = openPool({ url, applicationName: 'test', logger, max: 2 });
  await setOnServer('two');
  const connecting = pool.query('SELECT 1');
  const session = openSession({ url, applicationName: 'test' });
  await setInFile('two');
  await connecting;
  await (await session).end();
  await pool.end();
});

test('a wrong password in the file is a fault, and none once it is right', async () => {
  await rotate('one');
  await setInFile('wrong');
  const pool = openPool({ url, applicationName: 'test', logger, max: 2 });
  await expect(pool.query('SELECT 1')).rejects.toMatchObject({ kind: 'unavailable' });
  await setInFile('one');
  await pool.query('SELECT 1');
  await pool.end();
});
