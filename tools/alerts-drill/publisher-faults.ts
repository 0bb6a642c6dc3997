import { bucketOf } from '#platform/messaging/outbox/bucket.ts';
import { ensureTopics } from '#platform/messaging/kafka/admin.ts';
import { loadTopics, topicOf } from '#platform/messaging/topics.ts';
import { sleep } from '#platform/base/sleep.ts';
import { outboxSources } from '../../deploy/services.ts';
import { createGoodsOrder, freeze, type Fault } from './fault.ts';
import type { Rig } from './rig.ts';

export const publisherFrozen: Fault = {
  what: 'The publisher is stopped (SIGSTOP); an event is saved, and made five minutes older.',
  alerts: {
    OutboxPublisherAway: {},
    OutboxEventUnsent: { source: 'loms' },
    ServiceAway: { job: 'outbox-publisher' },
  },
  begin: async (rig) => {
    const end = freeze(rig, 'outbox-publisher');
    await createGoodsOrder(rig);
    await rig.admin.query(
      "UPDATE loms.outbox SET created_at = created_at - interval '5 minutes' WHERE sent_at IS NULL",
    );
    return end;
  },
};

const key = 'drill';

export const eventRefused: Fault = {
  what: 'An event is saved for a topic that is not there; it is discarded.',
  alerts: { OutboxEventsFailed: { source: 'loms' } },
  begin: async (rig) => {
    const { rows } = await rig.admin.query<{ id: string }>(
      `INSERT INTO loms.outbox (id, topic, key, sequence, event_type, payload, headers, bucket, created_at)
       VALUES (uuidv7(), 'no.such.topic', $1, 1, 'loms.v1.OrderStatusChanged', '{}', '{}', $2, clock_timestamp())
       RETURNING id`,
      [key, bucketOf(key)],
    );
    return async () => {
      await rig.inorder(
        'discard',
        '--id',
        rows[0]?.id ?? '',
        '--source',
        'loms',
        '--reason',
        'a drill',
      );
    };
  },
};

/** A publisher that renews its lease and does nothing else. It ends with the function that this returns. */
const joinAndIdle = async ({ admin }: Rig) => {
  const { rows } = await admin.query<{ epoch: string }>(
    `INSERT INTO publisher.members (expires_at, seen_at, id, sources)
     VALUES (clock_timestamp() + interval '5 s', clock_timestamp(), 'idle', $1) RETURNING epoch`,
    [outboxSources],
  );
  const epoch = rows[0]?.epoch;
  const renewing = setInterval(() => {
    const renew = `UPDATE publisher.members SET expires_at = clock_timestamp() + interval '5 s' WHERE epoch = $1`;
    void admin.query(renew, [epoch]);
  }, 500);
  return {
    epoch,
    leave: async () => {
      clearInterval(renewing);
      await admin.query('DELETE FROM publisher.members WHERE epoch = $1', [epoch]);
    },
  };
};

export const bucketsUnclaimed: Fault = {
  what: 'A second publisher joins, and claims none of the buckets that are its share.',
  alerts: { OutboxBucketsUnowned: { source: 'loms' } },
  begin: async (rig) => (await joinAndIdle(rig)).leave,
};

export const bucketsTaken: Fault = {
  what: 'A second publisher owns all buckets and gives none back.',
  alerts: { OutboxPublisherIdle: { job: 'outbox-publisher' } },
  begin: async (rig) => {
    const { epoch, leave } = await joinAndIdle(rig);
    await rig.admin.query('UPDATE publisher.buckets SET owner = $1', [epoch]);
    return leave;
  },
};

export const leasesEnded: Fault = {
  what: 'The epoch of the publisher is ended four times, as another publisher does that takes it for dead.',
  alerts: { OutboxLeaseChurn: { job: 'outbox-publisher' } },
  begin: async (rig) => {
    for (let n = 0; n < 4; n += 1) {
      await rig.admin.query('DELETE FROM publisher.members');
      await sleep(2_500);
    }
    return () => Promise.resolve();
  },
};

const topic = topicOf('loms.v1.OrderStatusChanged');
const retentionMs = 3_600_000;

export const topicDeleted: Fault = {
  what: 'A topic is deleted, and an event is saved for it; the topic is created again.',
  alerts: { OutboxPartitionUnwritable: { topic } },
  begin: async (rig) => {
    const { topics } = await loadTopics('deploy/topics.yaml');
    const { partitions = 1 } = topics.find(({ name }) => name === topic) ?? {};
    const admin = rig.kafka.admin();
    await admin.connect();
    await admin.deleteTopics({ topics: [topic] });
    await admin.disconnect();
    await createGoodsOrder(rig);
    const plan = { name: topic, partitions, replication: 1, minInsync: 1, retentionMs };
    return async () => {
      await ensureTopics({ kafka: rig.kafka, plans: [plan], waitMs: 60_000 });
    };
  },
};
