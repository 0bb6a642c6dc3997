import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { createKafka } from '#platform/messaging/kafka/client.ts';
import { createLogger } from '#platform/base/logger.ts';
import { topicOf } from '#platform/messaging/topics.ts';
import { indexTemplate } from '../deploy/logs/index-template.ts';
import { services } from '../deploy/services.ts';
import { topologyOf } from '../deploy/local/topology.ts';
import { createLocalSystem, type LocalSystem } from '../testing/engines/local-system.ts';
import { startTestOpenSearch, type TestOpenSearch } from '../testing/engines/opensearch.ts';
import type { TestProcess } from '../testing/engines/process.ts';
import { findFreePort } from '../testing/free-port.ts';
import { faultOfLine } from '../testing/log-lines.ts';
import { runService } from '../testing/services/start-service.ts';
import { waitFor } from '../testing/wait-for.ts';

// What must be in no log. Each is sent to the system in the places where a caller, a setting or a message has such a thing.
const secrets = {
  name: 'Anna-Seedova',
  email: 'anna.seed@example.org',
  phone: '+79001234567',
  card: '4111111111111111',
  comment: 'please ring at the blue gate',
  idempotencyKey: 'seeded-idempotency-key',
  bearer: 'seeded-bearer-token',
  botToken: '123456789:AAseededBotTokenSeededBotTokenSeede',
  redisPassword: 'seeded-redis-password',
  registryPassword: 'seeded-registry-password',
  databasePassword: 'seeded-database-password',
  kafkaPassword: 'seeded-kafka-password',
  // without Telegram's messages and the events of the notifiers, which have it by contract
  userId: '5eed5eed-5eed-4eed-8eed-5eed5eed5eed',
};
const { name, email, phone, card, comment } = secrets;
const traceId = '5eed0000000000000000000000000001';
const sku = 139_275_865;

let system: LocalSystem;
let admin: Client;
let lockedOut: TestProcess;
let order = '';

const at = (port: string): string =>
  `http://127.0.0.1:${system.settings[port as 'LOMS_HTTP_PORT']}`;

/** Sends a request as a caller with all kinds of secrets in its headers does. */
const send = (url: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${secrets.bearer}`,
      'idempotency-key': `${secrets.idempotencyKey}-${randomUUID()}`,
      cookie: `session=${secrets.bearer}`,
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });

const flight = { from: 'SVO', to: 'LED', date: '2099-06-01', time: '09:30', airline: 'SU' };
const booker = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11';
const booking = { user_id: booker, ...flight, amount_minor: 1_250_000 };

/** Requests that are refused: what is wrong with them must not be quoted. */
const sendWhatIsRefused = async (): Promise<void> => {
  const personal = { name, email, phone, card, comment };
  const calls: [port: string, path: string, body?: unknown][] = [
    ['LOMS_HTTP_PORT', '/order/create', { user: name, items: [{ sku: email, count: card }] }],
    ['LOMS_HTTP_PORT', '/loms.v1.LomsService/OrderCreate', { userId: phone, items: personal }],
    ['LOMS_HTTP_PORT', '/loms.v1.LomsService/OrderCreate', `{"user": "${name}", ${email}`],
    ['LOMS_HTTP_PORT', `/order/info?orderId=${card}${card}&name=${name}`],
    ['ORDER_HTTP_PORT', '/api/v1/orders', { user_id: name, part_ids: [email], ...personal }],
    ['ORDER_HTTP_PORT', '/api/v1/orders', { user_id: secrets.userId, part_ids: [randomUUID()] }],
    ['ORDER_HTTP_PORT', `/api/v1/orders/${email}`],
    ['ORDER_HTTP_PORT', `/api/v1/orders?user_id=${name}&page_token=${phone}`],
    ['ORDER_HTTP_PORT', `/api/v1/orders/${randomUUID()}/pay`, { payment_method: card }],
    ['PAYMENT_HTTP_PORT', '/payment.v1.PaymentService/PayOrder', { orderId: card, userId: name }],
    ['INVENTORY_HTTP_PORT', '/api/v1/reservations', { order_id: email, items: [personal] }],
    ['BOOKING_HTTP_PORT', '/orders', { ...booking, user_id: secrets.userId, from: name }],
    ['BOOKING_HTTP_PORT', '/orders', { ...booking, user_id: secrets.userId }],
    ['BOOKING_HTTP_PORT', '/quotes', { ...flight, airline: email, date: phone }],
    ['BOOKING_HTTP_PORT', `/orders/${randomUUID()}/refund`, { reason: comment }],
    ['PVZ_HTTP_PORT', '/orders', { order_id: 1, user_id: phone, package: name, ...personal }],
    ['PVZ_HTTP_PORT', '/orders/import', { orders: [{ order_id: email, user_id: name }] }],
    ['TICKET_HTTP_PORT', `/nothing/${name}?card=${card}`],
    ['OPS_HTTP_PORT', '/ops/outbox/discard', { actor: 'anna', source: 'loms', reason: comment }],
    ['OPS_HTTP_PORT', `/ops/orders?text=${name}`],
    ['OPS_HTTP_PORT', '/services/booking/booking.v1.BookingService/CreateOrder', personal],
  ];
  for (const [port, path, body] of calls) {
    const answer = await send(at(port) + path, body);
    await answer.arrayBuffer();
  }
};

/** Rows that the database refuses: its error has the row, and the key of the caller. */
const sendWhatTheDatabaseRefuses = async (): Promise<void> => {
  const tables = ['loms.idempotency_keys', 'booking.idempotency_keys', 'order.orders'];
  const named = (table: string) => table.replace('order.', '"order".');
  for (const table of tables)
    await admin.query(`ALTER TABLE ${named(table)} ADD CONSTRAINT drill CHECK (false) NOT VALID`);
  const [part] = (
    await admin.query<{ id: string }>('SELECT part_id AS id FROM inventory.parts LIMIT 1')
  ).rows;
  const answers = [
    await send(`${at('LOMS_HTTP_PORT')}/order/create`, { user_id: 7, items: [{ sku, count: 1 }] }),
    await send(`${at('BOOKING_HTTP_PORT')}/orders`, booking),
    await send(`${at('ORDER_HTTP_PORT')}/api/v1/orders`, {
      user_id: secrets.userId,
      part_ids: [part!.id],
    }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([500, 500, 500]);
  for (const table of tables)
    await admin.query(`ALTER TABLE ${named(table)} DROP CONSTRAINT drill`);
};

const poison = [
  `{"order_id": "${name}", "user_id": "${email}", "amount": "${card}"}`,
  `{"user": "${name}", ${phone}`,
  email,
];

/** Messages that two notifiers and five consumers cannot read. */
const produceWhatIsPoison = async (): Promise<void> => {
  const logger = createLogger(
    { service: 'test', level: 'error', format: 'json' },
    { write: () => undefined },
  );
  const brokers = [`127.0.0.1:${system.settings.KAFKA_PORT}`];
  const kafka = createKafka({ brokers, clientId: 'logs', logger, requestTimeoutMs: 5_000 });
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  for (const event of [
    'loms.v1.OrderStatusChanged',
    'order.v1.OrderPaid',
    'booking.v1.OrderEvent',
    'pvz.v1.OrderEvent',
  ])
    await producer.send({
      topic: topicOf(event),
      messages: poison.map((value) => ({ key: 'poison', value, headers: { note: comment } })),
    });
  await producer.disconnect();
};

const logs = () => join(system.home, 'logs');
const linesOf = (part: string): string[] =>
  readFileSync(join(logs(), `${part}.log`), 'utf8')
    .split('\n')
    .slice(0, -1);
const serviceParts = () => topologyOf(system.settings).filter(({ kind }) => kind === 'service');
const allLines = () => serviceParts().flatMap((part) => linesOf(part.name));

/** Resolves when lines that begin so are in the logs at least so often. */
const untilLogged = async (wanted: Readonly<Record<string, number>>): Promise<void> => {
  const counts = () => {
    const lines = allLines();
    return Object.entries(wanted).map(([msg, least]): [string, number] => [
      `${msg}: of ${least}`,
      lines.filter((line) => line.includes(`"msg":"${msg}`)).length - least,
    ]);
  };
  const isThere = () => counts().every(([, more]) => more >= 0);
  await waitFor(isThere, { what: 'what fails to be logged', timeoutMs: 120_000 }).catch(
    (error: unknown) => {
      throw new Error(JSON.stringify(counts()), { cause: error });
    },
  );
};

beforeAll(async () => {
  const closed = await findFreePort();
  system = await createLocalSystem({
    LOG_LEVEL: 'debug',
    // nobody listens there
    OTEL_TRACES_EXPORTER: 'zipkin',
    OTEL_EXPORTER_ZIPKIN_ENDPOINT: `http://127.0.0.1:${closed}/api/v2/spans`,
    TELEGRAM_ENABLED: 'true',
    TELEGRAM_BOT_TOKEN: secrets.botToken,
    TELEGRAM_CHAT_ID: '1',
    TELEGRAM_API_URL: `http://127.0.0.1:${closed}`,
    NOTIFICATION_KAFKA_RETRY_MAX_ATTEMPTS: '1',
    REDIS_URL: `redis://:${secrets.redisPassword}@127.0.0.1:${closed}`,
    SCHEMA_REGISTRY_URL: `http://user:${secrets.registryPassword}@127.0.0.1:${closed}`,
  });
  expect(await system.run('up', '-d')).toMatchObject({ code: 0 });
  const base = `127.0.0.1:${system.settings.POSTGRES_PORT}/inorder`;
  admin = new Client({ connectionString: `postgres://postgres:postgres@${base}` });
  await admin.connect();
  lockedOut = runService('ops', {
    DATABASE_URL: `postgres://ops:${secrets.databasePassword}@${base}`,
    OPS_SOURCES: 'loms',
    KAFKA_BROKERS: `127.0.0.1:${system.settings.KAFKA_PORT}`,
    KAFKA_SASL_MECHANISM: 'plain',
    KAFKA_SASL_USERNAME: 'ops',
    KAFKA_SASL_PASSWORD: secrets.kafkaPassword,
  });

  const traceparent = `00-${traceId}-5eed000000000001-01`;
  const body = { user_id: 7, items: [{ sku, count: 1 }] };
  const created = await send(`${at('LOMS_HTTP_PORT')}/order/create`, body, { traceparent });
  order = /\d+/.exec(await created.text())?.[0] ?? '';
  const booked = await send(`${at('BOOKING_HTTP_PORT')}/orders`, booking);
  expect([created.status, booked.status]).toEqual([200, 201]);
  await sendWhatIsRefused();
  await sendWhatTheDatabaseRefuses();
  await produceWhatIsPoison();
  await untilLogged({
    'poison message': 2 * poison.length,
    'given up': 5 * poison.length,
    'event"': 2,
    'rpc failed': 3,
  });
  await waitFor(() => lockedOut.lines.join('\n').includes('password authentication failed'), {
    what: 'the wrong password to be refused',
    timeoutMs: 120_000,
  });
});
afterAll(async () => {
  lockedOut.kill('SIGKILL');
  await admin.end();
  await system.close();
});

test('every line of every service has the fields of log-line.ts and no others', () => {
  const known = new Set(services.map((service) => service.name));
  for (const part of serviceParts()) {
    const lines = linesOf(part.name);
    expect(lines.length).toBeGreaterThan(1);
    const faults = lines.flatMap((line) => {
      const fault = faultOfLine(line);
      return fault === undefined ? [] : [`${fault}: ${line}`];
    });
    expect([part.name, faults]).toEqual([part.name, []]);
    const said = new Set(lines.map((line) => (JSON.parse(line) as { service: string }).service));
    expect([...said].every((service) => known.has(service))).toBe(true);
    expect(said.size).toBe(1);
  }
});

test.each(Object.entries(secrets))('no file of the logs has the %s', (_what, secret) => {
  const files = readdirSync(logs()).map((file) => [file, readFileSync(join(logs(), file), 'utf8')]);
  expect(files.length).toBeGreaterThan(15);
  const found = [...files, ['ops that is locked out', lockedOut.lines.join('\n')]].flatMap(
    ([file = '', text = '']) =>
      text
        .split('\n')
        .filter((line) => line.includes(secret) || line.includes(encodeURIComponent(secret)))
        .map((line) => `${file}: ${line}`),
  );
  expect(found).toEqual([]);
});

describe('in OpenSearch', () => {
  let store: TestOpenSearch;
  let indexed: string[];
  const index = 'inorder-logs-2026.11.30';
  const searches = readFileSync(new URL('../deploy/logs/kibana.ndjson', import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: string; attributes: Attributes });
  interface Attributes {
    kibanaSavedObjectMeta?: { searchSourceJSON: string };
  }

  /** Runs a saved search of Kibana with this in place of its word. */
  const search = (id: string, word: string, value: string) => {
    const { attributes } = searches.find((each) => each.id === id)!;
    const source = JSON.parse(attributes.kibanaSavedObjectMeta!.searchSourceJSON) as {
      query: { query: string };
    };
    expect(source.query.query).toContain(word);
    return store.find(index, source.query.query.replace(word, value));
  };
  /** The lines themselves, in the order of their text. */
  const linesWith = (fits: (line: Record<string, unknown>) => boolean) =>
    indexed
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(fits)
      .map((line) => JSON.stringify(line))
      .sort();
  const asLines = (found: readonly Record<string, unknown>[]) =>
    found.map((line) => JSON.stringify({ ...line, '@timestamp': undefined })).sort();

  beforeAll(async () => {
    store = await startTestOpenSearch();
    await store.send('PUT', '_index_template/inorder-logs', indexTemplate);
    indexed = allLines();
    // what Logstash sends: the line, with its time as that of the document
    const action = JSON.stringify({ index: { _index: index } });
    const bulk = indexed.map((line) => {
      const document = JSON.parse(line) as { time: string };
      return `${action}\n${JSON.stringify({ ...document, '@timestamp': document.time })}\n`;
    });
    const answer = await store.send('POST', '_bulk?refresh=true', bulk.join(''));
    expect(answer).toMatchObject({ errors: false });
  });
  afterAll(() => store.close());

  test('the lines of one order are found by its id', async () => {
    const found = await search('inorder-order', 'ORDER_ID', order);
    expect(found.length).toBeGreaterThanOrEqual(2);
    expect(asLines(found)).toEqual(linesWith(({ key }) => key === order));
  });

  test('the lines of one trace are found by its id, in all services that it went through', async () => {
    const found = await search('inorder-trace', 'TRACE_ID', traceId);
    expect(asLines(found)).toEqual(linesWith(({ trace_id }) => trace_id === traceId));
    const events = found.filter(({ msg }) => msg === 'event');
    expect(events.map(({ key, sequence }) => [key, sequence])).toEqual(
      expect.arrayContaining([
        [order, 1],
        [order, 2],
      ]),
    );
  });

  test('the errors of one service are found', async () => {
    const found = await search('inorder-errors', 'SERVICE', 'loms');
    expect(found).toMatchObject([{ service: 'loms', msg: 'rpc failed', err: { code: '23514' } }]);
  });
});
