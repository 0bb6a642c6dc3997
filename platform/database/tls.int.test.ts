import { chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { startPostgres, type Postgres } from '../../deploy/local/postgres.ts';
import { removeDataFolder } from '../../deploy/local/postgres-files.ts';
import { postgresAccount } from '../../deploy/local/postgres-account.ts';
import { migrateDatabase } from '../../deploy/migrate-database.ts';
import { schemaOwners } from '../../deploy/services.ts';
import { listenForWakeUps } from './wake-up-listener.ts';
import { openWakeUp, wakeUpChannel } from './wake-up.ts';
import { createTestAuthority, type TestAuthority } from '../../testing/certificates.ts';
import { findFreePort } from '../../testing/free-port.ts';
import { databaseWords } from './errors.ts';
import { openPool } from './pool.ts';

// A Postgres of its own that speaks TLS.

const logger = pino({ level: 'silent' });
let folder: string;
let authority: TestAuthority;
let other: TestAuthority;
let postgres: Postgres;

const dataDir = () => join(folder, 'data');
/** Of the superuser, or of a role whose password is its name. */
const urlWith = (parameters: Record<string, string>, role?: string): string => {
  const url = new URL(postgres.url);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  if (role !== undefined) [url.username, url.password] = [role, role];
  return url.href;
};
const known = () => ({ sslmode: 'verify-full', sslrootcert: authority.ca });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inorder-test-postgres-'));
  [authority, other] = await Promise.all([createTestAuthority(), createTestAuthority()]);
  const { cert, key } = await authority.issue('postgres');
  // Postgres may run as another account, which must get in, and wants its key for itself
  await Promise.all([folder, authority.folder].map((each) => chmod(each, 0o755)));
  await chmod(key, 0o600);
  const account = postgresAccount();
  if (account) await chown(key, account.uid, account.gid);
  postgres = await startPostgres({
    dataDir: dataDir(),
    port: await findFreePort(),
    logFile: join(folder, 'log'),
    isThrowAway: true,
    settings: { ssl: 'on', ssl_cert_file: cert, ssl_key_file: key },
  });
});
afterAll(async () => {
  postgres.kill('SIGKILL');
  await postgres.exited;
  await removeDataFolder(dataDir());
  await Promise.all([authority.close(), other.close(), rm(folder, { recursive: true })]);
});

const isEncrypted = async (url: string): Promise<unknown> => {
  const pool = openPool({ url, applicationName: 'test', logger, max: 1 });
  try {
    const text = 'SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()';
    return (await pool.query(text)).rows[0];
  } catch (error) {
    throw new Error(databaseWords(error), { cause: error });
  } finally {
    await pool.end();
  }
};

test('verify-full encrypts and knows the server; without it nothing is encrypted', async () => {
  const encrypted = { ssl: true, version: expect.stringMatching(/^TLSv1\.[23]$/) };
  expect(await isEncrypted(urlWith(known()))).toEqual(encrypted);
  expect(await isEncrypted(urlWith({ sslmode: 'no-verify' }))).toEqual(encrypted);
  expect(await isEncrypted(urlWith({}))).toMatchObject({ ssl: false });
});

test('a server that is not known, or has another name, is refused', async () => {
  const stranger = urlWith({ ...known(), sslrootcert: other.ca });
  await expect(isEncrypted(stranger)).rejects.toThrow(/certificate|signature/);
  const renamed = urlWith(known()).replace('127.0.0.1', '127.0.0.2');
  await expect(isEncrypted(renamed)).rejects.toThrow(/altnames|ECONNREFUSED/);
});

test('migrations, wake-ups and those who wait for them are encrypted as well', async () => {
  await migrateDatabase(urlWith(known()), schemaOwners({}), () => undefined);
  const url = urlWith(known(), 'loms');
  const stop = new AbortController();
  const wakeUp = openWakeUp({ url, schema: 'loms', logger });
  const woken = Promise.withResolvers<undefined>();
  let times = 0;
  // the first time says only that it has begun to listen
  const onWakeUp = () => (++times === 1 ? wakeUp.signal() : woken.resolve(undefined));
  const channels = [wakeUpChannel('loms')];
  const listening = listenForWakeUps({ url, channels, onWakeUp, logger }, stop.signal);
  await woken.promise;
  const pool = openPool({ url: urlWith({}), applicationName: 'test', logger, max: 1 });
  const text = `SELECT bool_and(ssl) AS encrypted, count(*)::int AS sessions
    FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'loms'`;
  expect((await pool.query(text)).rows).toEqual([{ encrypted: true, sessions: 2 }]);
  stop.abort();
  await Promise.all([listening, wakeUp.close(), pool.end()]);
});
