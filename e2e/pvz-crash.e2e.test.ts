import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { Pool, type PoolClient } from 'pg';
import {
  ProcessAction,
  PvzService,
  type ImportOrdersResponse,
  type ProcessOrdersResponse,
} from '#gen/pvz/v1/pvz_pb.ts';
import { topicOf } from '#platform/messaging/topics.ts';
import { compareWithOutbox, flawless } from '../testing/checker/compare.ts';
import { startProxy, type Proxy } from '../testing/engines/proxy.ts';
import { untilWaitingForLock } from '../testing/lock-wait.ts';
import { startSystem, type StartedService, type System } from '../testing/publisher/system.ts';
import { createGrpcClient, type RpcClient } from '../testing/rpc-clients.ts';
import { waitFor } from '../testing/wait-for.ts';

const { acceptOrder, processOrders, importOrders } = PvzService.method;
const userId = 7n;
const expiresAt = new Date('2099-01-01T00:00:00Z');

let system: System;
let admin: Pool;
/** Between pvz and Postgres. */
let proxy: Proxy;
let pvz: StartedService;
let client: RpcClient;
let lastId = 0n;
const newIds = (count: number) => Array.from({ length: count }, () => (lastId += 1n));

// the COMMIT of a change of an order waits for whoever has the advisory lock with the order's number
const holdCommits = `
  CREATE SCHEMA watch;
  CREATE FUNCTION watch.hold() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_advisory_xact_lock_shared(NEW.order_id);
    RETURN NULL;
  END $$;
  CREATE CONSTRAINT TRIGGER hold AFTER INSERT ON pvz.order_changes DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION watch.hold();`;

const startPvz = async (): Promise<void> => {
  const url = new URL(system.database.urlFor('pvz'));
  url.port = String(proxy.port);
  pvz = await system.startService('pvz', { DATABASE_URL: url.href, RATE_LIMIT: '0' });
  client = createGrpcClient(Number(new URL(pvz.grpcUrl).port));
};

beforeAll(async () => {
  system = await startSystem();
  admin = new Pool({ connectionString: system.database.adminUrl, max: 3 });
  await admin.query(holdCommits);
  proxy = await startProxy(Number(new URL(system.database.adminUrl).port));
  await system.startPublisher('publisher', { OUTBOX_SOURCES: 'pvz' });
  await startPvz();
});
afterAll(async () => {
  client.close();
  await admin.end();
  await system.close();
  await proxy.close();
});

/** Where a transaction of pvz waits: before a statement, or in its COMMIT. */
type Step =
  'locking the orders' | 'the orders' | 'the histories' | 'the events' | 'a line' | 'the commit';

const holds: Record<Step, (orderId: bigint) => string> = {
  'locking the orders': () => 'LOCK TABLE pvz.orders IN EXCLUSIVE MODE',
  'the orders': () => 'LOCK TABLE pvz.orders IN SHARE MODE',
  'the histories': () => 'LOCK TABLE pvz.order_changes IN SHARE MODE',
  'the events': () => 'LOCK TABLE pvz.outbox IN SHARE MODE',
  'a line': (orderId) =>
    `INSERT INTO pvz.orders SELECT ${orderId}, 1, 'accepted', now(), 'none', 1, 1, now(), now(), 1`,
  'the commit': (orderId) => `SELECT pg_advisory_xact_lock(${orderId})`,
};

/** Calls of pvz about some orders, and how many changes each of them has before and after it is carried out. */
interface Act {
  ids: bigint[];
  before: number;
  call: () => Promise<unknown>;
}

/** Kills pvz while its transaction waits there; a COMMIT is carried out first, but its answer does not reach pvz. */
const killAt = async (step: Step, at: bigint, { call, before }: Act): Promise<void> => {
  const holder = await admin.connect();
  try {
    await holder.query('BEGIN');
    await holder.query(holds[step](at));
    const answered = call();
    await untilWaitingForLock(admin, 'pvz');
    if (step === 'the commit') await commitUnheard(holder, at, before + 1);
    await kill(() => holder.query('ROLLBACK'));
    await answered;
  } finally {
    // destroying the connection ends the session, and with it the locks
    holder.release(true);
  }
  await startPvz();
};

const commitUnheard = async (holder: PoolClient, id: bigint, changes: number): Promise<void> => {
  proxy.set('half-open');
  await holder.query('ROLLBACK');
  const isSaved = async () => (await changesOf([id]))[0] === changes;
  await waitFor(isSaved, { what: 'the commit' });
};

/** Kills pvz, and waits until the server has ended the sessions that it had. */
const kill = async (meanwhile: () => Promise<unknown>): Promise<void> => {
  pvz.process.kill('SIGKILL');
  expect(await pvz.process.exit).toEqual({ code: null, signal: 'SIGKILL' });
  client.close();
  await meanwhile();
  proxy.set('pass');
  const sessions = `SELECT FROM pg_stat_activity WHERE usename = 'pvz' AND datname = current_database()`;
  const areOver = async () => (await admin.query(sessions)).rowCount === 0;
  await waitFor(areOver, { what: 'no session of pvz' });
};

/** How many changes each order has; fails unless order, history and events agree, each event being there once. */
const changesOf = async (ids: readonly bigint[]): Promise<number[]> => {
  const { rows } = await admin.query<{ changes: number; ofOrder: number; events: number[] }>(
    `SELECT (SELECT count(*)::int FROM pvz.order_changes WHERE order_id = wanted.id) AS changes,
            coalesce((SELECT sequence::int FROM pvz.orders WHERE order_id = wanted.id), 0) AS "ofOrder",
            ARRAY(SELECT sequence::int FROM pvz.outbox WHERE key = wanted.id::text ORDER BY seq) AS events
       FROM unnest($1::bigint[]) WITH ORDINALITY AS wanted (id, n) ORDER BY n`,
    [ids],
  );
  return rows.map(({ changes, ofOrder, events }) => {
    expect(ofOrder).toBe(changes);
    expect(events).toEqual(Array.from({ length: changes }, (_, n) => n + 1));
    return changes;
  });
};

const all = (ids: readonly bigint[], changes: number) => ids.map(() => changes);
const brought = (orderId: bigint) => ({
  ...{ orderId, userId, expiresAt: timestampFromDate(expiresAt) },
  ...{ package: 'bag', weight: 2.5, price: 100 },
});

/** Makes a call; returns the codes of the refused orders. */
const accept = async ([orderId = 0n]: readonly bigint[]) => {
  const { code, reason = code } = await client.call(acceptOrder, brought(orderId));
  return code === 'OK' ? [] : [reason];
};
const importAll = async (ids: readonly bigint[]) => {
  const { code, answer } = await client.call(importOrders, { orders: ids.map(brought) });
  return code === 'OK' ? codesIn(answer as unknown as ImportOrdersResponse) : [code];
};
const issue = async (orderIds: readonly bigint[]) => {
  const request = { userId, action: ProcessAction.ISSUE, orderIds };
  const { code, answer } = await client.call(processOrders, request);
  return code === 'OK' ? codesIn(answer as unknown as ProcessOrdersResponse) : [code];
};
const codesIn = ({ errors }: ImportOrdersResponse | ProcessOrdersResponse) =>
  errors.map(({ code }) => code);

const steps: Step[] = ['the orders', 'the histories', 'the events', 'the commit'];
const rpcs = {
  AcceptOrder: { make: accept, count: 1, before: 0, again: 'ORDER_ALREADY_EXISTS' },
  ImportOrders: { make: importAll, count: 3, before: 0, again: 'ORDER_ALREADY_EXISTS' },
  ProcessOrders: { make: issue, count: 2, before: 1, again: 'VALIDATION_FAILED' },
} as const;

test.each<[keyof typeof rpcs, Step]>([
  ...steps.map((step): ['AcceptOrder', Step] => ['AcceptOrder', step]),
  ['ImportOrders', 'the events'],
  ['ImportOrders', 'the commit'],
  ['ProcessOrders', 'locking the orders'],
  ...steps.map((step): ['ProcessOrders', Step] => ['ProcessOrders', step]),
])(
  '%s, killed at %s: all of it is there or nothing, and a repetition completes it',
  async (rpc, step) => {
    const { make, count, before, again } = rpcs[rpc];
    const ids = newIds(count);
    if (before === 1) expect(await importAll(ids)).toEqual([]);
    const act = { ids, before, call: () => make(ids) };
    await killAt(step, ids[0]!, act);
    const changes = await changesOf(ids);
    // a single statement is carried out once Postgres has it, whoever has gone meanwhile; a transaction is not
    const isDone = step === 'the commit' || (rpc !== 'ProcessOrders' && changes[0] === before + 1);
    expect(changes).toEqual(all(ids, isDone ? before + 1 : before));
    expect(await make(ids)).toEqual(isDone ? ids.map(() => again) : []);
    expect(await make(ids)).toEqual(ids.map(() => again));
    expect(await changesOf(ids)).toEqual(all(ids, before + 1));
  },
);

/** Sends a file of these orders; with `isOpen` its end is not sent. Returns the lines of the answer that came. */
const upload = async (ids: readonly bigint[], isOpen = false): Promise<string[]> => {
  const lines = ids.map((id) =>
    JSON.stringify({
      ...{ order_id: Number(id), user_id: 7, expires_at: expiresAt.toISOString() },
      ...{ package: 'bag', weight: 2.5, price: 100 },
    }),
  );
  const body = new ReadableStream({
    start: (controller) => {
      controller.enqueue(Buffer.from(`${lines.join('\n')}\n`));
      if (!isOpen) controller.close();
    },
  });
  const headers = { 'content-type': 'application/x-ndjson' };
  const init = { method: 'POST', headers, body, duplex: 'half' } as const;
  const answer: Buffer[] = [];
  try {
    const response = await fetch(`${pvz.url}/orders/import`, init);
    for await (const piece of response.body ?? []) answer.push(Buffer.from(piece));
  } catch {
    // pvz was killed
  }
  return Buffer.concat(answer).toString().split('\n');
};

test.each<[string, Step | undefined, number[]]>([
  ['in the midst of its second transaction', 'a line', [500, 1_000]],
  ['after its second commit, before pvz has heard of it', 'the commit', [1_000]],
  ['while it waits for more lines', undefined, [1_000]],
])(
  'a file, killed %s: transactions of 500 are there or not; the file again completes it',
  async (_, step, possible) => {
    const ids = newIds(1_200);
    if (step === undefined) {
      const answered = upload(ids.slice(0, 1_100), true);
      const isSaved = async () => (await changesOf([ids[999]!]))[0] === 1;
      await waitFor(isSaved, { what: 'two transactions', intervalMs: 100 });
      await kill(() => Promise.resolve());
      await answered;
      await startPvz();
    } else {
      await killAt(step, ids[700]!, { ids, before: 0, call: () => upload(ids) });
    }
    const changes = await changesOf(ids);
    const saved = changes.indexOf(0);
    expect(possible).toContain(saved);
    expect(changes).toEqual([...all(ids.slice(0, saved), 1), ...all(ids.slice(saved), 0)]);
    const said = await upload(ids);
    const result = { lines: 1_200, imported: 1_200 - saved, failed: saved };
    expect(JSON.parse(said.at(-2) ?? '')).toEqual({ result });
    expect(said.filter((line) => line.includes('ORDER_ALREADY_EXISTS'))).toHaveLength(saved);
    expect(await changesOf(ids)).toEqual(all(ids, 1));
  },
);

test('every event that was saved arrives in Kafka, in order', async () => {
  const topic = topicOf('pvz.v1.OrderEvent');
  const source = { databaseUrl: system.database.adminUrl, brokers: system.brokers, topic };
  const areSent = `SELECT FROM pvz.outbox WHERE sent_at IS NULL LIMIT 1`;
  await waitFor(async () => (await admin.query(areSent)).rowCount === 0, { what: 'no event left' });
  const { rows } = await admin.query<{ n: number }>(
    'SELECT count(*)::int AS n FROM pvz.order_changes',
  );
  const counts = { expected: rows[0]!.n, events: rows[0]!.n, unsent: 0, failed: 0 };
  expect(await compareWithOutbox({ ...source, source: 'pvz' })).toMatchObject({
    ...flawless,
    ...counts,
  });
});
