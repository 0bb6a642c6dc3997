import { Client } from 'pg';
import { startProxy, type Proxy } from '../../testing/engines/proxy.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/engines/database.ts';
import { createLogger } from '../base/logger.ts';
import { waitFor } from '../../testing/wait-for.ts';
import { listenForWakeUps } from './wake-up-listener.ts';

const logger = createLogger({ service: 'test', level: 'silent', format: 'json' });
const patience = { timeoutMs: 60_000 };
let database: TestDatabase;
let admin: Client;
let proxy: Proxy;
let stop: AbortController;
let woken: number;
let listening: Promise<void>;
let said: string[];

beforeAll(async () => {
  database = await createTestDatabase();
  admin = new Client({ connectionString: database.adminUrl });
  await admin.connect();
});
beforeEach(async () => {
  proxy = await startProxy(Number(new URL(database.adminUrl).port));
  stop = new AbortController();
  woken = 0;
  said = [];
  const url = new URL(database.urlFor('loms'));
  url.port = String(proxy.port);
  const say = (_facts: object, words: string) => said.push(words);
  const saying = Object.assign(Object.create(logger) as typeof logger, { warn: say, info: say });
  const onWakeUp = () => (woken += 1);
  const options = { url: url.href, channels: ['outbox_test'], onWakeUp, logger: saying };
  listening = listenForWakeUps(options, stop.signal);
  await untilWoken();
});
afterEach(async () => {
  stop.abort();
  await listening;
  await proxy.close();
});
afterAll(() => admin.end());

const untilWoken = async () => {
  await waitFor(() => woken > 0, { what: 'a wake-up', ...patience });
  woken = 0;
};
const notify = () => admin.query('NOTIFY outbox_test');
/** The newest is the one of this test; those of the tests before may not be gone yet. */
const listeners = async (): Promise<number[]> => {
  const { rows } = await admin.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity
      WHERE datname = $1 AND application_name = 'outbox wake-up listener'
      ORDER BY backend_start DESC`,
    [database.name],
  );
  return rows.map(({ pid }) => pid);
};

test.each(['drop', 'half-open'] as const)(
  'a peer that has vanished without a word is noticed (%s), said, and listened to again',
  async (mode) => {
    await notify();
    await untilWoken();
    proxy.set(mode);
    await waitFor(() => said.length === 1, { what: 'the loss to be noticed', ...patience });
    proxy.set('pass');
    await untilWoken();
    await waitFor(() => said.length === 2, { what: 'the end of the outage', ...patience });
    expect(said).toEqual([
      'listening for wake-ups failed; retrying',
      'listening for wake-ups works again',
    ]);
    await notify();
    await untilWoken();
  },
);

test('a session that the server has ended is opened again', async () => {
  const [pid] = await listeners();
  await admin.query('SELECT pg_terminate_backend($1)', [pid]);
  await untilWoken();
  await waitFor(async () => !(await listeners()).includes(pid!), { what: 'its end', ...patience });
});

test('a server that nothing can be written to any more is left', async () => {
  const [pid] = await listeners();
  await admin.query(`ALTER DATABASE ${database.name} SET default_transaction_read_only = on`);
  await admin.query('SELECT pg_terminate_backend($1)', [pid]);
  await waitFor(() => said.length === 1, { what: 'the loss to be noticed', ...patience });
  await admin.query(`ALTER DATABASE ${database.name} RESET default_transaction_read_only`);
  await untilWoken();
});

test('it ends at once when asked to, also while the peer is silent', async () => {
  proxy.set('drop');
  stop.abort();
  await listening;
});
