import { randomUUID } from 'node:crypto';
import { createValidator } from '@bufbuild/protovalidate';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { OrderPaidSchema } from '#gen/order/v1/events_pb.ts';
import type { ReceivedMessage } from '../kafka/message.ts';
import {
  noteEffects,
  openInboxFixture,
  testEvent,
  toTestMessage,
  type Handle,
  type InboxFixture,
  type TestEvent,
} from '../../../testing/inbox/fixture.ts';
import type { InboxConsumer } from './consumer.ts';
import { createBatch } from './handle-batch.ts';
import { createInboxMetrics } from './metrics.ts';
import { createLetterRows } from './letter-rows.ts';
import { createPark } from './park.ts';
import { createParkedRows } from './parked-rows.ts';
import { createMessageReader } from './read-message.ts';
import { retryParked } from './retry-parked.ts';
import { inboxConsumer } from './start-inbox.ts';
import { createInboxRows } from './inbox-rows.ts';

const timeoutMs = 600_000;
let inbox: InboxFixture;

beforeEach(async () => {
  inbox = await openInboxFixture();
});
afterEach(() => inbox.close());

/** Handles messages as a process does, without Kafka. Two replicas with the same messages are a faulty rebalance. */
const openReplica = (handle: Handle, afterParking = () => Promise.resolve()) => {
  const name = { schema: 'assembly', consumer: 'racer', topic: inbox.topic };
  const consumer: InboxConsumer = inboxConsumer({
    name: name.consumer,
    topic: name.topic,
    message: OrderPaidSchema,
    handle,
    deadLetterTopic: inbox.deadLetterTopic,
    whenExhausted: 'block-key' as const,
    retry: { attempts: 1_000, baseMs: 0 },
  });
  const readMessage = createMessageReader(OrderPaidSchema, createValidator());
  const common = {
    pool: inbox.pool,
    consumer,
    metrics: createInboxMetrics(new Registry()),
    logger: pino({ level: 'silent' }),
  };
  const park = createPark(name);
  const handleBatch = createBatch({
    ...common,
    inboxRows: createInboxRows(name),
    park: async (on, requests) => {
      await park(on, requests);
      if (requests.length > 0) await afterParking();
    },
    parked: () => undefined,
  });
  const retry = {
    ...common,
    rows: createParkedRows(name, readMessage),
    letters: createLetterRows(name),
    letterDue: () => undefined,
  };
  return {
    handle: (messages: readonly ReceivedMessage[]) => handleBatch(messages.map(readMessage)),
    retry: () => retryParked(retry),
  };
};

const received = (events: readonly TestEvent[]): ReceivedMessage[] =>
  events.map((event, n) => {
    const { key, value, headers } = toTestMessage(event);
    const place = { topic: inbox.topic, partition: 0, offset: BigInt(n), timestampMs: Date.now() };
    return { ...place, key, keyBytes: Buffer.from(key), value: Buffer.from(value), headers };
  });

const piecesOf = <Item>(items: readonly Item[], size: number): Item[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, n) =>
    items.slice(n * size, (n + 1) * size),
  );

test(
  'three processes with the same messages at once: each acts once, each key in its order',
  async () => {
    const keys = Array.from({ length: 20 }, () => randomUUID());
    const events = received(
      Array.from({ length: 20 }, (_, n) => keys.map((key) => testEvent(key, n + 1))).flat(),
    );
    const replicas = [37, 50, 11].map((size) => ({ size, ...openReplica(noteEffects) }));
    await Promise.all(
      replicas.map(async ({ size, handle }) => {
        for (const piece of piecesOf(events, size)) await handle(piece);
      }),
    );
    const sequences = Array.from({ length: 20 }, (_, n) => n + 1);
    for (const key of keys) expect(await inbox.effects(key)).toEqual(sequences);
  },
  timeoutMs,
);

test(
  'parking and handling of one key take turns, whoever races: nothing is lost, doubled or overtaken',
  async () => {
    const keys = Array.from({ length: 5 }, () => randomUUID());
    const events = received(
      Array.from({ length: 60 }, (_, n) => keys.map((key) => testEvent(key, n + 1))).flat(),
    );
    let calls = 0;
    // Every third try fails, in whichever replica it is made.
    const moody: Handle = async (tx, some) => {
      calls += 1;
      if (calls % 3 === 0) throw new Error('not this time');
      await noteEffects(tx, some);
    };
    const replicas = [7, 13].map((size) => ({ size, ...openReplica(moody) }));
    let isReading = true;
    const reading = Promise.all(
      replicas.map(async ({ size, handle }) => {
        for (const piece of piecesOf(events, size)) await handle(piece);
      }),
    ).finally(() => {
      isReading = false;
    });
    const retrying = replicas.map(async ({ retry }) => {
      while ((await retry()) !== 'idle' || isReading) await new Promise(setImmediate);
    });
    await Promise.all([reading, ...retrying]);
    const sequences = Array.from({ length: 60 }, (_, n) => n + 1);
    for (const key of keys) expect(await inbox.effects(key)).toEqual(sequences);
    expect(await inbox.query('SELECT FROM assembly.inbox_parked')).toEqual([]);
    expect(await inbox.query('SELECT FROM assembly.inbox_parked_keys')).toEqual([]);
    expect(await inbox.query(`SELECT FROM assembly.inbox WHERE outcome <> 'HANDLED'`)).toEqual([]);
  },
  timeoutMs,
);

test(
  'what is put behind others of a key that is released meanwhile is put there again',
  async () => {
    const [key, other] = [randomUUID(), randomUUID()];
    const keyRow = [inbox.topic, key];
    let calls = 0;
    // A redrive parks the key after the first try has looked for parked keys and before it parks its message …
    const redrive: Handle = async (tx, events) => {
      calls += 1;
      const text = `INSERT INTO assembly.inbox_parked_keys VALUES ('racer', $1, $2, clock_timestamp())`;
      if (calls === 1) await inbox.query(text, keyRow);
      await noteEffects(tx, events);
    };
    // … and right after that the redriven message is handled and the key is released, although a message waits again.
    const release = async () => {
      const text = `DELETE FROM assembly.inbox_parked_keys WHERE topic = $1 AND key = $2`;
      if (calls === 1) await inbox.query(text, keyRow);
    };
    const [good, bad] = received([testEvent(other, 1), testEvent(key, 1)]);
    const poison = { ...bad!, value: Buffer.from('no JSON') };
    await openReplica(redrive, release).handle([good!, poison]);
    expect(calls).toBe(2);
    const waiting = await inbox.query(
      `SELECT p.key FROM assembly.inbox_parked p JOIN assembly.inbox_parked_keys k USING (consumer, topic, key)`,
    );
    expect(waiting).toEqual([{ key }]);
    expect(await inbox.effects(other)).toEqual([1]);
  },
  timeoutMs,
);
