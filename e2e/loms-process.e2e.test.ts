import { LomsService } from '#gen/loms/v1/loms_pb.ts';
import { isPortFree } from '../deploy/local/port-free.ts';
import type { RpcClient } from '../testing/rpc-clients.ts';
import { waitFor } from '../testing/wait-for.ts';
import { createTestDatabase, type TestDatabase } from '../testing/engines/database.ts';
import {
  protocols,
  killLeftLoms,
  launchLoms,
  startLoms,
  type RunningLoms,
} from '../testing/loms/start-loms.ts';
import { openLomsTables, type LomsTables } from '../testing/loms/tables.ts';

const { orderCreate, stocksInfo } = LomsService.method;

let database: TestDatabase;
let tables: LomsTables;

beforeAll(async () => {
  database = await createTestDatabase();
  tables = openLomsTables(database.adminUrl);
});

afterEach(killLeftLoms);
afterAll(() => tables.close());

const countWaiting = async (): Promise<number> => {
  const { rows } = await tables.admin.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM pg_stat_activity
      WHERE datname = $1 AND usename = 'loms' AND wait_event_type = 'Lock'`,
    [database.name],
  );
  return rows[0]!.n;
};

const held = new Set<() => Promise<void>>();

afterEach(async () => {
  for (const letGo of held) await letGo();
});

/** Locks a stock row, so that orders of the sku stay in progress for as long as a test wants. */
const holdStock = async (sku: bigint) => {
  const client = await tables.admin.connect();
  await client.query('BEGIN');
  await client.query('SELECT FROM loms.stocks WHERE sku = $1 FOR UPDATE', [sku]);
  const letGo = async () => {
    if (!held.delete(letGo)) return;
    await client.query('COMMIT');
    client.release();
  };
  held.add(letGo);
  return letGo;
};

/** Places one order of the sku over each protocol; each waits for the lock in a statement of its own. */
const startHeldCalls = async (loms: RunningLoms, sku: bigint) => {
  const items = [{ sku, count: 1 }];
  const answers: ReturnType<RpcClient['call']>[] = [];
  for (const protocol of protocols) {
    answers.push(loms.clients[protocol].call(orderCreate, { userId: 1n, items }));
    // Orders that arrived at the same time would share one statement.
    await waitFor(async () => (await countWaiting()) === answers.length, { what: 'calls in hand' });
  }
  return answers;
};

test('SIGTERM: takes no new calls, answers those in hand, exits with 0', async () => {
  const loms = await startLoms(database.urlFor('loms'));
  const sku = await tables.addStock(100);
  const letGo = await holdStock(sku);
  const answers = Promise.all(await startHeldCalls(loms, sku));

  loms.process.kill('SIGTERM');
  await loms.process.waitForLine((line) => line.includes('"stopping"'));
  for (const port of [loms.grpcPort, loms.httpPort]) {
    await waitFor(() => isPortFree(port), { what: 'a closed port', timeoutMs: 60_000 });
  }
  expect(await countWaiting()).toBe(protocols.length);
  await letGo();

  expect(await answers).toEqual([
    ...['OK', 'OK', 'OK', '200'].map((code) => ({ code, answer: expect.anything() })),
  ]);
  loms.closeClients();
  expect(await loms.process.exit).toEqual({ code: 0, signal: null });
  expect(loms.log().at(-1)).toMatchObject({ msg: 'stopped' });
  expect(await tables.stockOf(sku)).toEqual({ totalCount: 100, reserved: 4 });
  expect(await tables.findHalfDone()).toEqual([]);
});

test('SIGTERM with calls that hang in every protocol: still out within the limit, and cleanly', async () => {
  const loms = await startLoms(database.urlFor('loms'));
  const sku = await tables.addStock(100);
  await holdStock(sku);
  const answers = (await startHeldCalls(loms, sku)).map((answer) => answer.catch(String));
  loms.process.kill('SIGTERM');
  expect(await loms.process.exit).toEqual({ code: 0, signal: null });
  await Promise.all(answers);
  loms.closeClients();
});

test('wrong settings are all named at once', async () => {
  const wrong = { DATABASE_URL: 'mysql://x', GRPC_PORT: '99999', HTTP_PRECONDITION_STATUS: '418' };
  const loms = launchLoms(wrong);
  expect(await loms.exit).toEqual({ code: 1, signal: null });
  const said = loms.lines.join('\n');
  for (const setting of Object.keys(wrong)) expect(said).toContain(setting);
  expect(said).not.toMatch(/^\s+at /m);
});

test('a missing DATABASE_URL is named', async () => {
  const loms = launchLoms({ DATABASE_URL: '' });
  expect(await loms.exit).toEqual({ code: 1, signal: null });
  expect(loms.lines.join('\n')).toContain('DATABASE_URL');
});

test.each(['GRPC_PORT', 'HTTP_PORT'])('a taken port is said with its %s', async (setting) => {
  const first = await startLoms(database.urlFor('loms'));
  const port = setting === 'GRPC_PORT' ? first.grpcPort : first.httpPort;
  const second = launchLoms({ DATABASE_URL: database.urlFor('loms'), [setting]: `${port}` });
  expect(await second.exit).toEqual({ code: 1, signal: null });
  expect(second.lines.join('\n')).toContain(
    `Port ${port} on 127.0.0.1 is in use. Stop the other process, or choose another port with ${setting}.`,
  );
  await first.stop();
});

test('the unexpected is INTERNAL with its message hidden, logged once with the trace', async () => {
  const own = await createTestDatabase();
  const broken = openLomsTables(own.adminUrl);
  await broken.admin.query('ALTER TABLE loms.stocks RENAME TO elsewhere');
  await broken.close();
  const loms = await startLoms(own.urlFor('loms'));
  const traceIds = protocols.map((_, n) => `${n + 1}`.repeat(32));
  for (const [n, protocol] of protocols.entries()) {
    const headers = { traceparent: `00-${traceIds[n]!}-00f067aa0ba902b7-01` };
    const outcome = await loms.clients[protocol].call(stocksInfo, { sku: 1002n }, { headers });
    expect(outcome).toEqual({
      code: protocol === 'rest' ? '500' : 'INTERNAL',
      reason: 'internal',
      message: 'internal error',
      ...(protocol === 'rest' ? {} : { domain: 'inorder.loms', metadata: {} }),
    });
  }
  await loms.stop();
  const errors = loms.log().filter(({ level }) => level === 'error');
  expect(errors).toEqual(
    protocols.map((protocol, n): unknown =>
      expect.objectContaining({
        rpc: 'loms.v1.LomsService/StocksInfo',
        protocol,
        trace_id: traceIds[n],
        err: expect.objectContaining({ message: expect.stringContaining('loms.stocks') }),
      }),
    ),
  );
});

test.each(protocols)(
  'traceparent and correlation-id reach the outbox through %s',
  async (protocol) => {
    const loms = await startLoms(database.urlFor('loms'));
    const headers = {
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      'correlation-id': `checkout ${protocol}`,
    };
    const items = [{ sku: await tables.addStock(1), count: 1 }];
    await loms.clients[protocol].call(orderCreate, { userId: 1n, items }, { headers });
    const { rows } = await tables.admin.query(
      "SELECT headers FROM loms.outbox WHERE headers->>'correlation-id' = $1",
      [headers['correlation-id']],
    );
    expect(rows).toEqual([{ headers }, { headers }]);
    await loms.stop();
  },
);
