import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { newId } from '#platform/base/ids.ts';
import { createTestKafka } from '../testing/kafka-topic.ts';
import { readMessages } from '../testing/ops/read-messages.ts';
import { waitFor } from '../testing/wait-for.ts';
import { createTestDatabase, type TestDatabase } from '../testing/engines/database.ts';
import type { TestProcess } from '../testing/engines/process.ts';
import {
  makeTopics,
  orderPaid,
  publishEvents,
  shipAssembled,
} from '../testing/events/event-messages.ts';
import { killLeftServices, launchService, startReady } from '../testing/services/start-service.ts';
import { startTraceReceiver } from '../testing/traces/receiver.ts';
import { startBotApi, type BotApi, type Verdict } from '../testing/telegram/bot-api.ts';

const secret = 'AAbb_cc-secret-DD';
const token = `7654321:${secret}`;
const brokers = process.env['TEST_KAFKA_BROKERS']!;
const kafka = createTestKafka(brokers);
const topics = { paid: `test.${randomUUID()}`, assembled: `test.${randomUUID()}` };
const deadLetters = 'order.notification.dlq';
const processes: TestProcess[] = [];
let database: TestDatabase;
let admin: Client;
let telegram: BotApi;

beforeAll(async () => {
  await makeTopics(kafka, [topics.paid, topics.assembled, deadLetters]);
  database = await createTestDatabase();
  admin = new Client({ connectionString: database.adminUrl });
  await admin.connect();
});
beforeEach(async () => {
  telegram = await startBotApi(token);
});
afterEach(async () => {
  // one that is killed may handle its last message again in the next test
  await Promise.all(processes.map((each) => each.stop()));
  await killLeftServices();
  await telegram.close();
  const said = processes.splice(0).flatMap(({ lines }) => lines);
  expect(said.filter((line) => line.includes(secret))).toEqual([]);
});
afterAll(() => admin.end());

const startNotification = async (env: Record<string, string> = {}): Promise<TestProcess> => {
  const started = await startReady('notification', {
    DATABASE_URL: database.urlFor('notification'),
    KAFKA_BROKERS: brokers,
    KAFKA_ORDER_PAYMENT_COMPLETED_TOPIC: topics.paid,
    KAFKA_ORDER_ASSEMBLY_COMPLETED_TOPIC: topics.assembled,
    KAFKA_NOTIFICATION_PAYMENT_GROUP_ID: topics.paid,
    KAFKA_NOTIFICATION_ASSEMBLY_GROUP_ID: topics.assembled,
    NOTIFICATION_KAFKA_RETRY_BACKOFF_BASE: '100ms',
    SESSION_TIMEOUT_MS: '1000',
    ...env,
  });
  processes.push(started);
  return started;
};
const enabled = () => ({
  TELEGRAM_ENABLED: 'true',
  TELEGRAM_BOT_TOKEN: token,
  TELEGRAM_CHAT_ID: '-1001',
  TELEGRAM_API_URL: telegram.url,
});
const pay = (...orderIds: string[]) =>
  publishEvents(
    kafka,
    topics.paid,
    orderIds.map((id) => orderPaid(id)),
  );
const isAbout =
  (orderId: string) =>
  ({ text }: { text: string }) =>
    text.includes(orderId);
const takenOf = (orderId: string) => telegram.taken.filter(isAbout(orderId));
const triesOf = (orderId: string) => telegram.tries.filter(isAbout(orderId));
const untilTaken = (orderId: string) =>
  waitFor(() => takenOf(orderId).length > 0, { what: 'the message', timeoutMs: 60_000 });
const untilGreeted = (chat: number) =>
  waitFor(() => telegram.taken.some(({ chat_id: taken }) => taken === chat), {
    what: `chat ${chat} to be greeted`,
  });
/** Sets the verdicts on the first texts about the order, one after the other; later texts are accepted. */
const judgeTries = (orderId: string, ...verdicts: Verdict[]) =>
  telegram.judge((sent) => (isAbout(orderId)(sent) ? verdicts.shift() : undefined) ?? 'taken');
const unavailable = { code: 503, description: 'Service Unavailable' };
const blocked = { code: 403, description: 'Forbidden: bot was blocked by the user' };

test('without Telegram each message is one line, also when its event comes five times', async () => {
  const notification = await startNotification();
  const orderId = newId();
  const [paid, assembled] = [orderPaid(orderId), shipAssembled(orderId)];
  await publishEvents(kafka, topics.paid, [paid, paid, paid]);
  await publishEvents(kafka, topics.paid, [paid, paid]);
  await publishEvents(kafka, topics.assembled, [assembled, assembled]);
  const marker = newId();
  await pay(marker);
  const linesOf = (id: string) =>
    notification.lines
      .filter((line) => line.includes('"msg":"notification"') && line.includes(id))
      .map((line) => JSON.parse(line) as { type: string; key: string; text: string });
  await waitFor(() => linesOf(marker).length > 0 && linesOf(orderId).length === 2, {
    what: 'lines',
  });
  const said = linesOf(orderId).sort((a, b) => b.type.localeCompare(a.type));
  expect(said).toMatchObject([
    { type: 'paid', key: orderId },
    { type: 'assembled', key: orderId },
  ]);
  expect(said[0]?.text).toContain('Amount: 1234.50 ₽');
  expect(said[1]?.text).toContain('Build time: 7 s');
  expect(telegram.tries).toEqual([]);
  expect(await notification.stop()).toEqual({ code: 0, signal: null });
});

test('Telegram gets one message for each event, in its chat', async () => {
  const notification = await startNotification(enabled());
  const orderIds = Array.from({ length: 30 }, newId);
  await pay(...orderIds);
  await publishEvents(kafka, topics.assembled, orderIds.map(shipAssembled));
  await waitFor(() => telegram.taken.length >= 60, { what: 'all', timeoutMs: 60_000 });
  expect(new Set(telegram.taken.map(({ chat_id: chat }) => chat))).toEqual(new Set(['-1001']));
  for (const orderId of orderIds) expect(takenOf(orderId)).toHaveLength(2);
  expect(await notification.stop()).toEqual({ code: 0, signal: null });
});

test('after a 429 nobody is written to for as long as Telegram asks, and no attempt is used up', async () => {
  await startNotification({ ...enabled(), NOTIFICATION_KAFKA_RETRY_MAX_ATTEMPTS: '1' });
  const [first, ...others] = Array.from({ length: 5 }, newId);
  const impatient = { code: 429, description: 'Too Many Requests: retry after 2', retryAfter: 2 };
  judgeTries(first!, impatient);
  await pay(first!);
  await waitFor(() => telegram.tries.length > 0, { what: 'the first try' });
  await pay(...others);
  await publishEvents(kafka, topics.assembled, [shipAssembled(first!)]);
  await waitFor(() => telegram.taken.length === 6, { what: 'all', timeoutMs: 60_000 });
  expect(takenOf(first!)).toHaveLength(2);
  const [refused, ...later] = telegram.tries.map(({ atMs }) => atMs);
  expect(Math.min(...later) - refused!).toBeGreaterThan(1_990);
  expect(telegram.tries).toHaveLength(7);
});

test.each<[string, Verdict]>([
  ['a 5xx', unavailable],
  ['a 5xx that is no JSON', 'html-502'],
  ['no answer', 'silence'],
])('%s is tried again, and messages of other orders go out meanwhile', async (_, verdict) => {
  await startNotification({ ...enabled(), NOTIFICATION_KAFKA_RETRY_MAX_ATTEMPTS: '20' });
  const [orderId, other] = [newId(), newId()];
  telegram.judge((sent) =>
    isAbout(orderId)(sent) && takenOf(other).length === 0 ? verdict : 'taken',
  );
  await pay(orderId);
  await waitFor(() => triesOf(orderId).length > 0, { what: 'the first try' });
  expect(takenOf(orderId)).toEqual([]);
  await pay(other);
  await untilTaken(other);
  await untilTaken(orderId);
  expect(takenOf(orderId)).toHaveLength(1);
  expect(triesOf(orderId).length).toBeGreaterThan(1);
});

test('what Telegram refuses three times is a dead letter that does not know the token', async () => {
  await startNotification(enabled());
  const [orderId, unreachable] = [newId(), newId()];
  telegram.judge((sent) => {
    if (isAbout(orderId)(sent)) return blocked;
    return isAbout(unreachable)(sent) ? 'html-502' : 'taken';
  });
  await pay(orderId, unreachable);
  // the topic is that of every run, so that other tests may have letters in it
  const both = await waitFor(
    async () => {
      const all = await readMessages(brokers, deadLetters);
      return [orderId, unreachable].every((id) => all.some(({ key }) => key === id)) && all;
    },
    { what: 'both dead letters', timeoutMs: 60_000 },
  );
  const letters = both.map(({ key, value }) => {
    const text = value.toString();
    expect(text).not.toContain(secret);
    return { ...(JSON.parse(text) as Record<string, unknown>), key };
  });
  const letterOf = (id: string) => letters.filter(({ key }) => key === id);
  expect(letterOf(orderId)).toMatchObject([
    {
      original_topic: topics.paid,
      order_id: orderId,
      event_type: 'order.payment.completed',
      error_message: `TelegramError: Telegram refused sendMessage: 403 ${blocked.description}`,
    },
  ]);
  expect(letterOf(unreachable)[0]).toMatchObject({
    error_message: expect.stringMatching(/^TelegramError: Telegram did not answer: .*bot\*\*\*/),
  });
  expect([triesOf(orderId).length, triesOf(unreachable).length]).toEqual([3, 3]);
  const { rows } = await admin.query<{ text: string }>(
    `SELECT i::text AS text FROM notification.inbox_dead_letters i
      UNION ALL SELECT p::text FROM notification.inbox_parked p`,
  );
  expect(rows.length).toBeGreaterThanOrEqual(2);
  expect(rows.filter(({ text }) => text.includes(secret))).toEqual([]);
  const next = newId();
  await pay(next);
  await untilTaken(next);
});

test('the bot greets with the id of the chat; of two replicas one polls, and the other goes on', async () => {
  const first = await startNotification(enabled());
  await waitFor(() => telegram.isPolled(), { what: 'a poll' });
  const second = await startNotification(enabled());
  await waitFor(() => telegram.conflicts() > 0, { what: 'a conflict' });
  telegram.write(55, '/start');
  telegram.write(56, 'hello');
  telegram.write(57, '/start@ships_bot now');
  await untilGreeted(57);
  expect(await first.stop()).toEqual({ code: 0, signal: null });
  telegram.write(58, '/start');
  await untilGreeted(58);
  expect(await second.stop()).toEqual({ code: 0, signal: null });
  // The number of greetings is not checked: a replica that polls before the other has confirmed its messages gets
  // them again.
  const greeted = new Map(telegram.taken.map(({ chat_id: chat, text }) => [chat, text]));
  expect([...greeted.keys()]).toEqual([55, 57, 58]);
  for (const [chat, text] of greeted) expect(text).toContain(`This chat: ${chat}`);
});

test('greetings wait while Telegram limits the rate, and come after an error of its server', async () => {
  await startNotification(enabled());
  const impatient = { code: 429, description: 'Too Many Requests: retry after 2', retryAfter: 2 };
  const verdicts: Verdict[] = [impatient, unavailable, 'taken', blocked];
  telegram.judge(() => verdicts.shift() ?? 'taken');
  for (const chat of [61, 62, 63]) telegram.write(chat, '/start');
  await waitFor(() => telegram.taken.length === 2, { what: 'greetings', timeoutMs: 60_000 });
  expect(telegram.taken.map(({ chat_id: chat }) => chat)).toEqual([61, 63]);
  const tries = telegram.tries.map(({ chat_id: chat, atMs }) => ({ chat, atMs }));
  expect(tries.map(({ chat }) => chat)).toEqual([61, 61, 61, 62, 63]);
  expect(tries[1]!.atMs - tries[0]!.atMs).toBeGreaterThan(1_990);
});

test('before the chat is known messages are logged, and the bot tells its id', async () => {
  const notification = await startNotification({ ...enabled(), TELEGRAM_CHAT_ID: '' });
  await notification.waitForLine((line) => line.includes('TELEGRAM_CHAT_ID is not set'));
  const orderId = newId();
  await pay(orderId);
  await notification.waitForLine(
    (line) => line.includes('"notification"') && line.includes(orderId),
  );
  telegram.write(64, '/start');
  await waitFor(() => telegram.taken.length === 1, { what: 'the greeting' });
  expect(telegram.taken).toMatchObject([{ chat_id: 64 }]);
});

test('killed while messages go out: none is lost, and at most the one in hand is sent again', async () => {
  const victim = await startNotification(enabled());
  const orderIds = Array.from({ length: 300 }, newId);
  await pay(...orderIds);
  await waitFor(() => telegram.taken.length > 50, { what: 'the middle', intervalMs: 1 });
  victim.kill('SIGKILL');
  await victim.exit;
  await startNotification(enabled());
  await waitFor(() => orderIds.every((id) => takenOf(id).length > 0), {
    what: 'all',
    timeoutMs: 60_000,
  });
  // one message for each of the topic's three partitions may have been in flight
  expect(telegram.taken.length).toBeLessThanOrEqual(303);
});

test('with a wrong token it does not start, and does not show it', async () => {
  const env = {
    DATABASE_URL: database.urlFor('notification'),
    KAFKA_BROKERS: brokers,
    TELEGRAM_ENABLED: 'true',
    TELEGRAM_BOT_TOKEN: `no ${token}`,
  };
  const refused = launchService('notification', env);
  processes.push(refused);
  expect(await refused.exit).toEqual({ code: 1, signal: null });
  expect(refused.lines.join('\n')).toMatch(/not a token of a bot.*\s+→ at TELEGRAM_BOT_TOKEN/);
});

test('each try to send a message is a span in the trace of its event', async () => {
  const receiver = await startTraceReceiver();
  try {
    const notification = await startNotification({
      ...enabled(),
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    });
    const orderId = newId();
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    judgeTries(orderId, unavailable);
    const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01` };
    await publishEvents(kafka, topics.paid, [orderPaid(orderId, headers)]);
    await untilTaken(orderId);
    // it sends what it has recorded before it ends
    await notification.stop();
    const tries = receiver.spans.filter(({ name }) => name === 'telegram sendMessage');
    expect(tries).toMatchObject([
      { traceId, kind: 'CLIENT', error: 'GrammyError' },
      { traceId, kind: 'CLIENT', error: undefined },
    ]);
    const nameAbove = (id: string | undefined): string | undefined => {
      const span = receiver.spans.find(({ spanId }) => spanId === id);
      return span?.kind === 'CLIENT' ? nameAbove(span.parentId) : span?.name;
    };
    for (const { parentId } of tries) expect(nameAbove(parentId)).toBe(`process ${topics.paid}`);
    expect(JSON.stringify(receiver.spans)).not.toContain(secret);
  } finally {
    await receiver.close();
  }
});
