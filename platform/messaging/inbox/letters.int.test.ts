import { randomUUID } from 'node:crypto';
import { ConfigResourceTypes } from 'kafkajs';
import { Registry } from 'prom-client';
import {
  noteEffects,
  openInboxFixture,
  testEvent,
  toTestMessage,
  type InboxFixture,
} from '../../../testing/inbox/fixture.ts';
import { readMessages } from '../../../testing/read-messages.ts';
import { waitFor } from '../../../testing/wait-for.ts';
import { TryLater } from './try-later.ts';

const timeoutMs = 600_000;
const patience = { timeoutMs: 90_000 };
let inbox: InboxFixture;

beforeEach(async () => {
  inbox = await openInboxFixture();
});
afterEach(() => inbox.close());

const poison = () => ({ ...toTestMessage(testEvent(randomUUID(), 1)), value: '{}' });

const countOf = async (what: string): Promise<number> => {
  const rows = await inbox.query<{ n: number }>(`SELECT count(*)::int AS n FROM assembly.${what}`);
  return rows[0]!.n;
};

const untilWaiting = (count: number) =>
  waitFor(
    async () => (await countOf('inbox_parked_keys WHERE letter_since IS NOT NULL')) === count,
    {
      what: `${count} letters to wait`,
      ...patience,
    },
  );

const untilRefused = (times: number) =>
  waitFor(async () => (await inbox.count('inbox_letter_failures_total')) >= times, {
    what: `${times} letters to be refused`,
    ...patience,
  });

const deleteLetterTopic = async (): Promise<void> => {
  const admin = inbox.kafka.admin();
  await admin.connect();
  await admin.deleteTopics({ topics: [inbox.deadLetterTopic] });
  await admin.disconnect();
};

const makeLetterTopic = async (): Promise<void> => {
  const admin = inbox.kafka.admin();
  await admin.connect();
  await waitFor(
    async () => {
      const topics = [{ topic: inbox.deadLetterTopic, numPartitions: 1, replicationFactor: 1 }];
      return admin.createTopics({ topics, waitForLeaders: false }).catch(() => false);
    },
    { what: 'the topic to be made again', ...patience },
  );
  await admin.disconnect();
};

const setMaxBytes = async (bytes: number): Promise<void> => {
  const admin = inbox.kafka.admin();
  await admin.connect();
  const configEntries = [{ name: 'max.message.bytes', value: String(bytes) }];
  const resources = [
    { type: ConfigResourceTypes.TOPIC, name: inbox.deadLetterTopic, configEntries },
  ];
  await admin.alterConfigs({ validateOnly: false, resources });
  await admin.disconnect();
};

test(
  'while the dead-letter topic is gone the retries of other keys go on, and then each letter is written once',
  async () => {
    await deleteLetterTopic();
    const good = randomUUID();
    let tries = 0;
    const running = inbox.start(
      async (tx, events) => {
        if (events.some(({ key, sequence }) => key === good && sequence === 1n) && ++tries < 40)
          throw new TryLater(5, 'not yet');
        await noteEffects(tx, events);
      },
      { maxBatchSize: 1 },
    );
    const stuck = Array.from({ length: 200 }, poison);
    await inbox.send(stuck);
    await untilWaiting(200);
    await untilRefused(1);
    const before = await inbox.count('inbox_letter_failures_total');
    await inbox.send([1, 2, 3].map((n) => toTestMessage(testEvent(good, n))));
    await waitFor(async () => (await inbox.effects(good)).length === 3, {
      what: 'the other key',
      ...patience,
    });
    // The one message has all its forty tries; the two hundred letters share one back-off, so few of them are tried.
    expect(tries).toBe(40);
    expect((await inbox.count('inbox_letter_failures_total')) - before).toBeLessThan(40);
    await expect(running.checkLetters()).rejects.toThrow(inbox.deadLetterTopic);
    await waitFor(async () => (await inbox.count('inbox_letters_waiting')) === 200, {
      what: 'the metric',
      ...patience,
    });
    expect(await countOf('inbox_dead_letters')).toBe(0);

    await makeLetterTopic();
    const letters = await readMessages(inbox.kafka, inbox.deadLetterTopic, 200);
    const keys = letters.map(({ value }) => JSON.parse(String(value)) as { original_key: string });
    expect(new Set(keys.map(({ original_key }) => original_key)).size).toBe(200);
    await waitFor(async () => (await countOf('inbox_parked_keys')) === 0, {
      what: 'the keys to go on',
      ...patience,
    });
    expect(await countOf('inbox_dead_letters')).toBe(200);
    expect(await readMessages(inbox.kafka, inbox.deadLetterTopic, 200)).toHaveLength(200);
    await running.checkLetters();
  },
  timeoutMs,
);

test(
  'a key does not go on before its letter is written, and nobody sends a letter that another process has in hand',
  async () => {
    await deleteLetterTopic();
    const key = randomUUID();
    const handle = async (...[tx, events]: Parameters<typeof noteEffects>) => {
      if (events.some(({ sequence }) => sequence === 1n)) throw new Error('never');
      await noteEffects(tx, events);
    };
    inbox.start(handle);
    inbox.start(handle, {}, new Registry());
    await inbox.send([1, 2].map((n) => toTestMessage(testEvent(key, n))));
    await untilWaiting(1);
    await untilRefused(1);
    expect(await inbox.effects(key)).toEqual([]);
    // during a send, whose claim lasts for half a minute, no transaction is open; the other process has short ones
    await waitFor(
      async () => {
        const claimed = `inbox_parked_keys WHERE letter_due_at > clock_timestamp() + interval '5 s'`;
        const idle = await inbox.query(
          `SELECT FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'`,
        );
        return (await countOf(claimed)) === 1 && idle.length === 0;
      },
      { what: 'a send without a transaction', ...patience },
    );
    await makeLetterTopic();
    await waitFor(async () => (await inbox.effects(key)).length === 1, {
      what: 'the key to go on',
      ...patience,
    });
    expect(await readMessages(inbox.kafka, inbox.deadLetterTopic, 1)).toHaveLength(1);
  },
  timeoutMs,
);

test(
  'a letter that is too large for its topic goes without what makes it so, and says that',
  async () => {
    await setMaxBytes(1_500);
    inbox.start(noteEffects);
    await inbox.send([{ ...poison(), value: `{"order_id":"7","x":"${'y'.repeat(20_000)}"}` }]);
    await inbox.send([{ ...poison(), value: '{"order_id":"8"}' }]);
    const letters = await readMessages(inbox.kafka, inbox.deadLetterTopic, 2);
    // Letters of two keys: either may be written first.
    const [large, small] = letters
      .map(({ value }) => JSON.parse(String(value)) as Record<string, string>)
      .sort((a, b) => Number(a['original_offset']) - Number(b['original_offset']));
    expect(large).toMatchObject({ order_id: '7', original_offset: 0 });
    expect(large?.['error_message']).toMatch(/too many for a dead letter/);
    expect(large).not.toHaveProperty('original_value');
    expect(small).toMatchObject({ order_id: '8', original_value: expect.any(String) as string });
  },
  timeoutMs,
);

test(
  'letters that no size makes small enough wait, and others go on beside them',
  async () => {
    await setMaxBytes(100);
    const running = inbox.start(noteEffects);
    await inbox.send([poison(), poison()]);
    await untilRefused(2);
    const good = randomUUID();
    await inbox.send([toTestMessage(testEvent(good, 1))]);
    await waitFor(async () => (await inbox.effects(good)).length === 1, {
      what: 'the other key',
      ...patience,
    });
    await expect(running.checkLetters()).rejects.toThrow(/message-too-large/);
    await setMaxBytes(1_000_000);
    expect(await readMessages(inbox.kafka, inbox.deadLetterTopic, 2)).toHaveLength(2);
  },
  timeoutMs,
);
