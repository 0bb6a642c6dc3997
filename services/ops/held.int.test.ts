import pg from 'pg';
import {
  noteEffects,
  openInboxFixture,
  testEvent,
  toTestMessage,
  type InboxFixture,
} from '../../testing/inbox/fixture.ts';
import type { Pool } from '#platform/database/pool.ts';
import { newId } from '#platform/base/ids.ts';
import { breakBatch } from '../../testing/break-batch.ts';
import { deleteRecordsBelow } from '../../testing/delete-records.ts';
import { batchField, withCrc } from '../../testing/record-batch.ts';
import { waitFor } from '../../testing/wait-for.ts';
import type { OpsUseCases } from './rpc/ops-service.ts';
import { createUseCases } from './use-cases.ts';
import { openTestPool } from '../../testing/test-pool.ts';

const timeoutMs = 600_000;
let at: InboxFixture;
let pool: Pool;
let ops: OpsUseCases;

beforeEach(async () => {
  at = await openInboxFixture(2);
  pool = openTestPool(at.database.urlFor('ops'));
  const parts = { reading: pool, changing: pool, topics: [], sources: ['assembly'] };
  ops = createUseCases({ ...parts, wakePublisher: () => undefined });
});
afterEach(async () => {
  await at.close();
  await pool.end();
});

const unknownCodec = (batch: Buffer) =>
  void withCrc(batch.fill(6, batchField.attributes + 1, batchField.attributes + 2));

/** An event of the key as its source has it: in Kafka, at this place. */
const sent = async (
  event: ReturnType<typeof testEvent>,
  place: { partition: number; offset: number },
) => {
  await at.send([toTestMessage(event)], place.partition);
  await at.query(
    `INSERT INTO assembly.outbox (id, topic, key, sequence, event_type, payload, headers, bucket, created_at,
       status, sent_at, partition, "offset")
     VALUES ($1, $2, $3, $4, 'T', '{}', '{}', 0, clock_timestamp(), 'COMPLETED', clock_timestamp(), $5, $6)`,
    [event.id, at.topic, event.key, event.sequence, place.partition, place.offset],
  );
};
const timelineOf = (key: string) => ops.showTimeline({ key, source: '', topic: '', limit: 10 });
const heldIn = async (key: string) =>
  (await timelineOf(key)).consumers.flatMap(({ held }) => held.map(({ says }) => says));
const rows = () =>
  at.query<{ partition: number; offset: string; since: Date; error: string }>(
    'SELECT partition, "offset", since, error FROM assembly.inbox_held_partitions ORDER BY partition',
  );

test(
  'a partition that is held is named for each key that lies there, and for no other, until it goes on',
  async () => {
    const [first, behind, other] = [newId(), newId(), newId()];
    await sent(testEvent(first, 1), { partition: 0, offset: 0 });
    await sent(testEvent(first, 2), { partition: 0, offset: 1 });
    await sent(testEvent(behind, 1), { partition: 0, offset: 2 });
    await sent(testEvent(other, 1), { partition: 1, offset: 0 });
    await breakBatch({ topic: at.topic, partition: 0 }, 1n, unknownCodec);
    at.start(noteEffects);
    const words = new RegExp(
      `^held at ${at.topic}/0 offset 1 since \\d\\d:\\d\\d UTC: the messages from offset 1 to 1 cannot be read: .*unknown codec, 6 \\(tried \\d+ times?, \\d.* ago the last time\\)$`,
    );
    const isNamed = async () => {
      // the second of them has never come to the consumer
      for (const key of [first, behind])
        expect(await heldIn(key)).toEqual([expect.stringMatching(words)]);
      return (await at.effects(other)).length === 1;
    };
    await waitFor(isNamed, { what: 'the hold to be named' });
    expect(await heldIn(other)).toEqual([]);
    const { entries } = await timelineOf(first);
    const lies = `; ${at.topic} has not handled it: that partition is held at offset 1 since`;
    expect(entries.map(({ says }) => says.includes(lies))).toEqual([false, true]);
    expect(await ops.showInboxStatus()).toMatchObject([
      {
        service: 'assembly',
        consumer: at.topic,
        topic: at.topic,
        heldPartitions: [{ partition: 0, offset: 1n, says: expect.stringMatching(words) }],
      },
    ]);

    await deleteRecordsBelow(at.kafka, { topic: at.topic, partition: 0 }, 2);
    await waitFor(async () => (await heldIn(behind)).length === 0, { what: 'it to go on' });
    await waitFor(async () => (await at.effects(behind)).length === 1, { what: 'what is behind' });
    expect(await ops.showInboxStatus()).toMatchObject([{ heldPartitions: [] }]);
  },
  timeoutMs,
);

test(
  'who gets the partitions of a killed member answers for what that one left',
  async () => {
    await sent(testEvent('k', 1), { partition: 0, offset: 0 });
    await breakBatch({ topic: at.topic, partition: 0 }, 0n, unknownCodec);
    // as a kill -9 leaves it: one that is held still, one that has been mended since
    await at.query(
      `INSERT INTO assembly.inbox_held_partitions (consumer, topic, partition, "offset", error, attempts, since)
       SELECT $1, $1, partition, 0, 'as it was', 7, '2026-01-02T03:04:05Z' FROM generate_series(0, 1) AS partition`,
      [at.topic],
    );
    at.start(noteEffects);
    const isSettled = async () => {
      const [held, ...others] = await rows();
      return others.length === 0 && held !== undefined && held.error !== 'as it was';
    };
    await waitFor(isSettled, { what: 'the rows to be true' });
    expect(await rows()).toMatchObject([
      { partition: 0, offset: '0', since: new Date('2026-01-02T03:04:05Z') },
    ]);
    // and what one that stood still meanwhile writes late
    await at.query(
      `INSERT INTO assembly.inbox_held_partitions (consumer, topic, partition, "offset", error, attempts)
       VALUES ($1, $1, 1, 0, 'late', 1)`,
      [at.topic],
    );
    await waitFor(async () => (await rows()).length === 1, { what: 'the late row to go' });
  },
  timeoutMs,
);

test(
  'a partition whose messages cannot be handled is named too, with an error that no text can hold',
  async () => {
    const key = newId();
    await sent(testEvent(key, 1), { partition: 1, offset: 0 });
    let isBroken = true;
    const away = new pg.DatabaseError('gone \0 away', 1, 'error');
    at.start(async (tx, events) => {
      if (isBroken) throw Object.assign(away, { code: '57P01' });
      await noteEffects(tx, events);
    });
    await waitFor(async () => (await heldIn(key)).length === 1, { what: 'the hold' });
    expect(await heldIn(key)).toEqual([expect.stringContaining('/1 offset 0 since')]);
    isBroken = false;
    await waitFor(async () => (await rows()).length === 0, { what: 'the end of the hold' });
    expect(await at.effects(key)).toEqual([1]);
  },
  timeoutMs,
);
