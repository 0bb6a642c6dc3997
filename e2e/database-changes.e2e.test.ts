import { Client } from 'pg';
import { waitFor } from '../testing/wait-for.ts';
import { makeHostile } from '../testing/engines/hostile-settings.ts';
import { startSystem, type StartedService, type System } from '../testing/publisher/system.ts';

// The steps of a failover: for a while the database refuses writes, then all sessions end, and then it accepts writes
// again.

const healWithinMs = 60_000;
const sources = 'loms,order,assembly,pvz';
let system: System;
const services: Record<string, StartedService> = {};
const publisherUrl = () => services['publisher']!.url;

beforeAll(async () => {
  system = await startSystem();
  const { database } = system;
  const [inventory, payment] = await Promise.all([
    system.startService('inventory'),
    system.startService('payment'),
  ]);
  const [order, assembly, loms, pvz, publisher, ops] = await Promise.all([
    system.startService('order', {
      INVENTORY_URL: inventory.grpcUrl,
      PAYMENT_URL: payment.grpcUrl,
    }),
    system.startService('assembly', { ASSEMBLY_MIN_SEC: '0', ASSEMBLY_MAX_SEC: '0' }),
    system.startService('loms', { PAYMENT_TIMEOUT: '2s' }),
    system.startService('pvz', { RATE_LIMIT: '0' }),
    system.startService('outbox-publisher', {
      OUTBOX_SOURCES: sources,
      DATABASE_URL: database.urlFor('publisher'),
    }),
    system.startService('ops', { OPS_SOURCES: sources }),
  ]);
  Object.assign(services, { inventory, payment, order, assembly, loms, pvz, publisher, ops });
});
afterAll(() => system.close());

type Json = Record<string, unknown>;

const call = async (url: string, sent: object): Promise<{ status: number; body: Json }> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(sent),
  });
  return { status: response.status, body: (await response.json()) as Json };
};
const createInLoms = () =>
  call(`${services['loms']!.url}/order/create`, {
    user_id: 1,
    items: [{ sku: 773297411, count: 1 }],
  });
let lastPvzOrder = 0;
const acceptInPvz = () =>
  call(`${services['pvz']!.url}/orders`, {
    ...{ order_id: (lastPvzOrder += 1), user_id: 7, expires_at: '2099-01-01T00:00:00Z' },
    ...{ package: 'bag', weight: 2.5, price: 100 },
  });
const place = async () => {
  const [part] = await system.query<{ id: string }>(
    'SELECT part_id AS id FROM inventory.parts WHERE stock_quantity > reserved LIMIT 1',
  );
  return call(`${services['order']!.url}/api/v1/orders`, {
    user_id: crypto.randomUUID(),
    part_ids: [part!.id],
  });
};
const placeAndPay = async (): Promise<string> => {
  const placed = await place();
  expect(placed).toMatchObject({ status: 201 });
  const id = placed.body['order_id'] as string;
  const paid = await call(`${services['order']!.url}/api/v1/orders/${id}/pay`, {
    payment_method: 'CARD',
  });
  expect(paid).toMatchObject({ status: 200 });
  return id;
};
/** Whether the order was paid, built by assembly, sent by the publisher, and accepted by order. */
const isAssembled = async (id: string) =>
  (
    await system.query(`SELECT FROM "order".orders WHERE order_id = $1 AND status = 'ASSEMBLED'`, [
      id,
    ])
  ).length === 1;
const readiness = async (name: string) => {
  const response = await fetch(`${services[name]!.url}/readyz`);
  return { status: response.status, text: await response.text() };
};

const beginSpell = async () => {
  const { name } = system.database;
  await system.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
  await endSessions();
};
const endSessions = async () => {
  await system.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = $1 AND pid <> pg_backend_pid()`,
    [system.database.name],
  );
};
const endSpell = () =>
  system.query(`ALTER DATABASE ${system.database.name} RESET default_transaction_read_only`);

const untilReady = async () => {
  for (const name of Object.keys(services))
    await waitFor(async () => (await readiness(name)).status === 200, {
      what: `${name} to be ready again`,
      timeoutMs: healWithinMs,
    });
};
/** Expects that an order passes through all services, and that work that was put off has been done. */
const expectAllToWork = async () => {
  const after = await placeAndPay();
  await waitFor(() => isAssembled(after), {
    what: 'an order through all services',
    timeoutMs: healWithinMs,
  });
  expect((await acceptInPvz()).status).toBe(201);
  await waitFor(
    async () => (await system.query('SELECT FROM pvz.outbox WHERE sent_at IS NULL')).length === 0,
    { what: 'the event of the pick-up point', timeoutMs: healWithinMs },
  );
  // the publisher has sent everything, and the timers have cancelled the unpaid orders
  await waitFor(
    async () =>
      (await system.query(`SELECT FROM loms.orders WHERE status <> 'cancelled'`)).length === 0,
    { what: 'the timers', timeoutMs: healWithinMs },
  );
  await system.drained(healWithinMs);
  expect((await fetch(`${publisherUrl()}/healthz`)).status).toBe(200);
};

test('after a read-only spell every service is what it was, without a restart, and said so meanwhile', async () => {
  const before = await placeAndPay();
  await waitFor(() => isAssembled(before), { what: 'the first order', timeoutMs: healWithinMs });
  await beginSpell();
  for (const name of Object.keys(services)) {
    await waitFor(
      async () => {
        const { status, text } = await readiness(name);
        return status === 503 && /"database":"[^"]*read-only/.test(text);
      },
      { what: `${name} to say that it is not ready`, timeoutMs: healWithinMs },
    );
  }
  const refused = { status: 503, body: { reason: 'database-unavailable' } };
  for (let n = 0; n < 20; n += 1) expect(await createInLoms()).toMatchObject(refused);
  expect(await place()).toMatchObject({ status: 503 });
  const code = 'DATABASE_UNAVAILABLE';
  expect(await acceptInPvz()).toMatchObject({ status: 503, body: { error: { code } } });
  await endSpell();
  await untilReady();
  // The calls are concurrent, so that each connection of a pool is used.
  const created = await Promise.all(Array.from({ length: 40 }, createInLoms));
  expect(created.map(({ status }) => status)).toEqual(created.map(() => 200));
  await expectAllToWork();
});

test('settings of the server that would change results change none', async () => {
  const admin = new Client({ connectionString: system.database.adminUrl });
  await admin.connect();
  await makeHostile(admin, system.database, Object.keys(services));
  await admin.end();
  await endSessions();
  await untilReady();
  expect((await createInLoms()).status).toBe(200);
  await expectAllToWork();
});
