import { randomUUID } from 'node:crypto';
import {
  noteEffects,
  openInboxFixture,
  testEvent,
  toTestMessage,
  type InboxFixture,
} from '../../../testing/inbox/fixture.ts';
import { readMessages } from '../../../testing/read-messages.ts';
import { waitFor } from '../../../testing/wait-for.ts';
import { newId } from '../../base/ids.ts';
import { TryLater } from './try-later.ts';

const timeoutMs = 600_000;
const patience = { timeoutMs: 60_000 };
let inbox: InboxFixture;

beforeEach(async () => {
  inbox = await openInboxFixture();
});
afterEach(() => inbox.close());

const untilEffects = async (count: number, key?: string): Promise<number[]> => {
  await waitFor(async () => (await inbox.effects(key)).length >= count, {
    what: `${count} effects`,
    ...patience,
  });
  return inbox.effects(key);
};

const newKey = () => randomUUID();

test(
  'events delivered up to five times, and again from a replay, act once and in order',
  async () => {
    const keys = Array.from({ length: 50 }, newKey);
    const events = [1, 2, 3].flatMap((sequence) => keys.map((key) => testEvent(key, sequence)));
    const often = events.flatMap((event, n) => Array.from({ length: (n % 5) + 1 }, () => event));
    inbox.start(noteEffects);
    await inbox.send(often.map(toTestMessage));
    await untilEffects(events.length);
    await inbox.send(events.map((event) => toTestMessage(event)));
    const last = testEvent(newKey(), 1);
    await inbox.send([toTestMessage(last)]);
    await untilEffects(1, last.key);
    for (const key of keys) expect(await inbox.effects(key)).toEqual([1, 2, 3]);
    expect(await inbox.effects()).toHaveLength(events.length + 1);
    // on a busy machine Kafka delivers some once more
    expect(await inbox.count('inbox_duplicates_total')).toBeGreaterThanOrEqual(often.length);
  },
  timeoutMs,
);

test(
  'events of other types are passed over, whatever is in them, and leave no trace',
  async () => {
    inbox.start(noteEffects, { types: ['order.v1.OrderPaid'] });
    const key = newKey();
    const other = { ...testEvent(key, 2), type: 'order.v1.OrderLost' };
    const nonsense = { ...toTestMessage({ ...other, id: newId() }), value: 'nonsense' };
    await inbox.send([
      toTestMessage(testEvent(key, 1)),
      toTestMessage(other),
      nonsense,
      toTestMessage(testEvent(newKey(), 1)),
    ]);
    await untilEffects(2);
    expect(await inbox.effects(key)).toEqual([1]);
    const taken = await inbox.query(
      'SELECT DISTINCT event_type AS type, outcome FROM assembly.inbox',
    );
    expect(taken).toEqual([{ type: 'order.v1.OrderPaid', outcome: 'HANDLED' }]);
    expect(await inbox.query('SELECT FROM assembly.inbox_positions')).toHaveLength(2);
  },
  timeoutMs,
);

test(
  'what fails alone waits with what follows of its key, the others go on, and then it is done in order',
  async () => {
    const [bad, good] = [newKey(), newKey()];
    let isBroken = true;
    inbox.start(
      async (tx, events) => {
        if (isBroken && events.some(({ key }) => key === bad)) throw new Error('not yet');
        await noteEffects(tx, events);
      },
      { retry: { attempts: 50, baseMs: 10 } },
    );
    const events = [1, 2, 3].flatMap((n) => [testEvent(bad, n), testEvent(good, n)]);
    await inbox.send(events.map(toTestMessage));
    expect(await untilEffects(3, good)).toEqual([1, 2, 3]);
    expect(await inbox.effects(bad)).toEqual([]);
    isBroken = false;
    expect(await untilEffects(3, bad)).toEqual([1, 2, 3]);
    await waitFor(
      async () => (await inbox.query('SELECT FROM assembly.inbox_parked_keys')).length === 0,
      {
        what: 'nothing parked',
        ...patience,
      },
    );
    expect(await inbox.query(`SELECT FROM assembly.inbox WHERE outcome <> 'HANDLED'`)).toEqual([]);
  },
  timeoutMs,
);

test(
  'a failover uses up no try of what was in hand: it is read again',
  async () => {
    const key = newKey();
    let times = 0;
    inbox.start(async (tx, events) => {
      const raise = `DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '25006'; END $$`;
      if (++times <= 5) await tx.client.query(raise);
      await noteEffects(tx, events);
    });
    await inbox.send([1, 2, 3].map((n) => toTestMessage(testEvent(key, n))));
    expect(await untilEffects(3, key)).toEqual([1, 2, 3]);
    expect(await inbox.query('SELECT FROM assembly.inbox_parked_keys')).toEqual([]);
    expect(await inbox.query(`SELECT FROM assembly.inbox WHERE outcome <> 'HANDLED'`)).toEqual([]);
  },
  timeoutMs,
);

test(
  'exhausted attempts end in a dead letter, and later events of the key go on',
  async () => {
    const key = newKey();
    const bad = testEvent(key, 1);
    let tries = 0;
    inbox.start(async (tx, events) => {
      if (events.some(({ id }) => id === bad.id)) {
        if (events.length === 1) tries += 1;
        throw new Error('never');
      }
      await noteEffects(tx, events);
    });
    await inbox.send([bad, testEvent(key, 2), testEvent(key, 3)].map(toTestMessage));
    expect(await untilEffects(2, key)).toEqual([2, 3]);
    expect(tries).toBe(3);
    const [letter] = await readMessages(inbox.kafka, inbox.deadLetterTopic, 1);
    expect(letter?.key).toBe(key);
    expect(JSON.parse(String(letter?.value))).toEqual({
      consumer: inbox.topic,
      original_topic: inbox.topic,
      original_partition: 0,
      original_offset: 0,
      original_key: Buffer.from(key).toString('base64'),
      original_value: expect.any(String),
      error_message: 'Error: never',
      failed_at: expect.stringMatching(/^\d{4}-.*Z$/),
      event_type: 'order.payment.completed',
      event_id: bad.id,
      order_id: key,
    });
    const rows = await inbox.query(`SELECT outcome FROM assembly.inbox WHERE event_id = $1`, [
      bad.id,
    ]);
    expect(rows).toEqual([{ outcome: 'DEAD' }]);
  },
  timeoutMs,
);

test(
  'under block-key the order keeps its sequence: it waits for the redrive, others do not',
  async () => {
    const [key, other] = [newKey(), newKey()];
    let isBroken = true;
    inbox.start(
      async (tx, events) => {
        if (isBroken && events.some((event) => event.key === key && event.sequence === 2n))
          throw new Error('no');
        await noteEffects(tx, events);
      },
      { whenExhausted: 'block-key' },
    );
    const blocked = testEvent(key, 2);
    await inbox.send([testEvent(key, 1), blocked, testEvent(key, 3)].map(toTestMessage));
    await readMessages(inbox.kafka, inbox.deadLetterTopic, 1);
    await inbox.send([testEvent(key, 4), testEvent(other, 1)].map(toTestMessage));
    await untilEffects(1, other);
    expect(await inbox.effects(key)).toEqual([1]);
    isBroken = false;
    const redrive = 'SELECT assembly.redrive_dead_letter($1, $2, $3) AS done';
    const values = [inbox.topic, blocked.id, 'test'];
    await waitFor(
      async () => (await inbox.query<{ done: boolean }>(redrive, values))[0]?.done === true,
      { what: 'the redrive', ...patience },
    );
    expect(await untilEffects(4, key)).toEqual([1, 2, 3, 4]);
  },
  timeoutMs,
);

test(
  'under block-key what comes late holds up nothing, whatever the error of another says',
  async () => {
    const [key, blocked] = [newKey(), newKey()];
    inbox.start(
      async (tx, events) => {
        if (events.some((event) => event.key === blocked))
          throw Object.assign(new Error('set-back: no'), { name: 'late' });
        await noteEffects(tx, events);
      },
      { whenExhausted: 'block-key' },
    );
    const late = [1, 3, 2, 4].map((sequence) => testEvent(key, sequence));
    await inbox.send([...late, testEvent(blocked, 1), testEvent(blocked, 2)].map(toTestMessage));
    expect(await untilEffects(3, key)).toEqual([1, 3, 4]);
    const queue = `SELECT sequence::int, hopeless_reason, error, dead_at IS NOT NULL AS "isDead"
      FROM assembly.inbox_parked ORDER BY id`;
    const given = { what: 'the other to be given up', ...patience };
    await waitFor(() => inbox.count('inbox_dead_letters_total', { reason: 'exhausted' }), given);
    expect(await inbox.query(queue)).toEqual([
      { sequence: 1, hopeless_reason: null, error: 'late: set-back: no', isDead: true },
      { sequence: 2, hopeless_reason: null, error: null, isDead: false },
    ]);
    expect(await inbox.count('inbox_dead_letters_total', { reason: 'late' })).toBe(1);
  },
  timeoutMs,
);

test(
  'poison goes to the dead letters at once, in the middle of a partition and of a key',
  async () => {
    const key = newKey();
    inbox.start(noteEffects);
    const bad = toTestMessage(testEvent(key, 2));
    await inbox.send([
      toTestMessage(testEvent(key, 1)),
      { ...bad, value: '{"event_id":' },
      toTestMessage(testEvent(key, 3)),
      { key: '', value: 'nothing', headers: {} },
      { ...toTestMessage(testEvent(newKey(), 1)), value: '{}' },
      toTestMessage(testEvent(newKey(), 1)),
    ]);
    expect(await untilEffects(3)).toHaveLength(3);
    expect(await inbox.effects(key)).toEqual([1, 3]);
    const letters = await readMessages(inbox.kafka, inbox.deadLetterTopic, 3);
    const errors = letters.map(
      ({ value }) => (JSON.parse(String(value)) as { error_message: string }).error_message,
    );
    expect(errors.sort()).toEqual([
      expect.stringContaining('poison: '),
      expect.stringContaining('poison: '),
      'poison: it has no key',
    ]);
    expect(await inbox.count('inbox_dead_letters_total', { reason: 'poison' })).toBe(3);
    expect(await inbox.count('order_violations_total')).toBe(0);
  },
  timeoutMs,
);

test(
  'what Postgres or Kafka cannot store stops nobody: NULs, names without end',
  async () => {
    inbox.start(async (tx, events) => {
      if (events.some(({ sequence }) => sequence === 2n)) throw new Error('what\0 is this?');
      await noteEffects(tx, events);
    });
    const [failing, good] = [newKey(), newKey()];
    const bad = () => toTestMessage(testEvent(newKey(), 1));
    await inbox.send([{ ...bad(), value: '['.repeat(900_000) }]);
    await inbox.send([{ ...bad(), value: `{"order_id":"${'o'.repeat(400_000)}"}` }]);
    await inbox.send([{ ...bad(), key: 'k'.repeat(450_000), value: 'v'.repeat(450_000) }]);
    const strange = { ce_source: 'a\0', 'a\0': 'b\0' };
    await inbox.send([
      { ...bad(), value: Buffer.from([0xff, 0x00]) },
      { ...bad(), key: 'a\0b', value: 'no JSON' },
      { ...bad(), headers: { ...bad().headers, ...strange } },
      { ...bad(), key: 'k'.repeat(100_000) },
      { ...bad(), headers: { ...bad().headers, ce_source: 's'.repeat(100_000) } },
      toTestMessage(testEvent(failing, 2)),
      toTestMessage(testEvent(good, 1)),
    ]);
    expect(await untilEffects(1, good)).toEqual([1]);
    const letters = await readMessages(inbox.kafka, inbox.deadLetterTopic, 9);
    expect(letters).toHaveLength(9);
  },
  timeoutMs,
);

test(
  'a gap is handled and counted; what comes late is a dead letter, unless it was redriven',
  async () => {
    const key = newKey();
    inbox.start(noteEffects);
    const [second, third] = [testEvent(key, 2), testEvent(key, 3)];
    await inbox.send([testEvent(key, 1), testEvent(key, 4), second].map(toTestMessage));
    const redriven = toTestMessage(third);
    await inbox.send([{ ...redriven, headers: { ...redriven.headers, redriven: 'true' } }]);
    expect(await untilEffects(3, key)).toEqual([1, 4, 3]);
    const [letter] = await readMessages(inbox.kafka, inbox.deadLetterTopic, 1);
    expect(JSON.parse(String(letter?.value))).toMatchObject({
      event_id: second.id,
      error_message: expect.stringMatching(/^late: sequence 2 /),
    });
    expect(await inbox.count('order_gaps_total', { reason: 'unknown' })).toBe(1);
    expect(await inbox.count('order_violations_total', { reason: 'jump' })).toBe(1);
    expect(await inbox.count('order_violations_total', { reason: 'late' })).toBe(1);
  },
  timeoutMs,
);

test(
  'a sequence that comes again under another id is reported: its source was set back',
  async () => {
    const key = newKey();
    inbox.start(noteEffects);
    await inbox.send([testEvent(key, 1), testEvent(key, 1)].map(toTestMessage));
    const [letter] = await readMessages(inbox.kafka, inbox.deadLetterTopic, 1);
    expect(JSON.parse(String(letter?.value))).toMatchObject({
      error_message: expect.stringMatching(/^set-back: /),
    });
    expect(await inbox.effects(key)).toEqual([1]);
    expect(await inbox.count('order_violations_total', { reason: 'set-back' })).toBe(1);
  },
  timeoutMs,
);

test(
  'a handler may ask for patience without using up its attempts',
  async () => {
    const key = newKey();
    let tries = 0;
    inbox.start(
      async (tx, events) => {
        tries += 1;
        if (tries <= 10) throw new TryLater(5, 'busy');
        await noteEffects(tx, events);
      },
      { maxBatchSize: 1 },
    );
    await inbox.send([toTestMessage(testEvent(key, 1))]);
    expect(await untilEffects(1, key)).toEqual([1]);
    expect(await inbox.count('inbox_dead_letters_total')).toBe(0);
  },
  timeoutMs,
);

test(
  'an event of days ago is known when it comes again',
  async () => {
    const day = 86_400_000;
    const idOf = (ms: number) => {
      const hex = ms.toString(16).padStart(12, '0');
      return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-${randomUUID().slice(-12)}`;
    };
    const events = [0, 1, 2, 30].map((days) =>
      testEvent(newKey(), 1, idOf(Date.now() - days * day)),
    );
    inbox.start(noteEffects);
    await inbox.send(events.map(toTestMessage));
    await untilEffects(4);
    const last = testEvent(newKey(), 1);
    await inbox.send([...events, last].map(toTestMessage));
    await untilEffects(1, last.key);
    expect(await inbox.effects()).toHaveLength(5);
  },
  timeoutMs,
);
