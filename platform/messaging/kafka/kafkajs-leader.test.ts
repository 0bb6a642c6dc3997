// Tests what patches/kafkajs+2.2.4.patch changes for partitions without a leader, and for brokers that do not answer;
// each test but those marked "as before" fails without it.
import { createRequire } from 'node:module';

const load = (path: string): unknown => createRequire(import.meta.url)(`kafkajs/src/${path}`);

const quiet = () => undefined;
const logger = { namespace: () => logger, debug: quiet, info: quiet, warn: quiet, error: quiet };

interface PartitionMetadata {
  partitionErrorCode: number;
  partitionId: number;
  leader: number;
}
const partition = (partitionId: number, leader: number): PartitionMetadata => ({
  partitionErrorCode: leader < 0 ? 5 : 0,
  partitionId,
  leader,
});
const led = [partition(0, -1), partition(1, 1), partition(2, 2)];
const metadataOf = (...partitionMetadata: PartitionMetadata[]) => ({
  brokers: [],
  topicMetadata: [{ topicErrorCode: 0, topic: 't', partitionMetadata }],
});

test.each([0, 1, 2, 3, 4, 5, 6])(
  'metadata (version %i) are those of the other partitions, too',
  async (version) => {
    const { parse } = load(`protocol/requests/metadata/v${version}/response.js`) as {
      parse: (metadata: object) => Promise<unknown>;
    };
    const metadata = metadataOf(...led);
    expect(await parse(metadata)).toEqual(metadata);
    // REPLICA_NOT_AVAILABLE (9) and LISTENER_NOT_FOUND (72) of one partition do not affect the others either.
    for (const partitionErrorCode of [9, 72]) {
      const other = metadataOf({ ...partition(0, -1), partitionErrorCode });
      expect(await parse(other)).toEqual(other);
    }
  },
);

interface Cluster {
  brokerPool: object;
  findLeaderForPartitions: (topic: string, partitions: number[]) => Record<string, number[]>;
  hasLeader: (topic: string, partition: number) => boolean;
}
const Cluster = load('cluster/index.js') as new (options: object) => Cluster;
const createCluster = (...partitions: PartitionMetadata[]): Cluster => {
  const cluster = new Cluster({ logger, brokers: ['a:1'], retry: {} });
  cluster.brokerPool = { metadata: metadataOf(...partitions) };
  return cluster;
};

test('who needs the leader of such a partition hears of it, and nobody else', () => {
  const cluster = createCluster(...led);
  expect(cluster.findLeaderForPartitions('t', [1, 2])).toEqual({ 1: [1], 2: [2] });
  expect(() => cluster.findLeaderForPartitions('t', [1, 0])).toThrow(
    expect.objectContaining({ type: 'LEADER_NOT_AVAILABLE', retriable: true }),
  );
  expect([0, 1, 7].map((each) => cluster.hasLeader('t', each))).toEqual([false, true, false]);
});

test('creating a topic waits still until each partition has a leader', async () => {
  const answers = [metadataOf(partition(0, -1)), metadataOf(partition(0, 1))];
  const createAdmin = load('admin/index.js') as (options: object) => {
    createTopics: (options: object) => Promise<boolean>;
  };
  const broker = {
    createTopics: () => Promise.resolve(),
    metadata: () => Promise.resolve(answers.shift()),
  };
  const cluster = {
    refreshMetadata: () => Promise.resolve(),
    findControllerBroker: () => Promise.resolve(broker),
  };
  const admin = createAdmin({ logger, cluster, retry: { retries: 0 } });
  expect(await admin.createTopics({ topics: [{ topic: 't' }], waitForLeaders: true })).toBe(true);
  expect(answers).toEqual([]);
});

interface Batch {
  partition: number;
  fetchedOffset: string;
  fault?: { error: { type: string }; offset: string };
  isFirstSound?: boolean;
}
interface Group {
  fetch: (nodeId: string) => Promise<Batch[]>;
  pause: (of: object[]) => void;
  resume: (of: object[]) => void;
  subscriptionState: { assign: (of: object[]) => void };
  offsetManager: object;
  lookForLeadersAt: number;
}

/** Creates a member with all partitions. Partition 2 has a committed offset, and so has 0 if it is given. */
const createMember = (committed0 = '-1') => {
  const ConsumerGroup = load('consumer/consumerGroup.js') as new (options: object) => Group;
  const OffsetManager = load('consumer/offsetManager/index.js') as new (options: object) => object;
  const did = { refreshed: 0, listed: [] as number[], asked: [] as number[][] };
  const { findLeaderForPartitions, hasLeader } = Cluster.prototype as Cluster;
  const toResponses = (partitions: { partition: number }[], offset: (of: number) => string) => [
    {
      topic: 't',
      partitions: partitions.map((each) => ({ ...each, offset: offset(each.partition) })),
    },
  ];
  const cluster = {
    partitions: led,
    findLeaderForPartitions,
    hasLeader,
    offsets: {},
    findTopicPartitionMetadata: () => cluster.partitions,
    getNodeIds: () => ['1', '2'],
    committedOffsets: () => cluster.offsets,
    refreshMetadataIfNecessary: () => Promise.resolve(),
    refreshMetadata: () => Promise.resolve(void (did.refreshed += 1)),
    fetchTopicsOffset: ([{ partitions }]: [{ partitions: { partition: number }[] }]) => {
      did.listed.push(...partitions.map((each) => each.partition));
      return Promise.resolve(toResponses(partitions, () => '3'));
    },
    findBroker: (): Promise<unknown> => Promise.resolve(broker),
  };
  type Asked = { topics: [{ partitions: { partition: number }[] }] };
  const broker = {
    isConnected: () => true,
    heartbeat: () => Promise.resolve(),
    offsetFetch: ({ topics: [{ partitions }] }: Asked) => {
      did.asked.push(partitions.map((each) => each.partition));
      const offset = (of: number) => (of === 0 ? committed0 : of === 2 ? '8' : '-1');
      return Promise.resolve({ responses: toResponses(partitions, offset) });
    },
    fetch: ({ topics: [{ partitions }] }: Asked) =>
      Promise.resolve({
        responses: [
          {
            topicName: 't',
            partitions: partitions.map((each) => ({
              partition: each.partition,
              errorCode: 0,
              highWatermark: '3',
              messages: [],
            })),
          },
        ],
      }),
  };
  const group = new ConsumerGroup({
    logger,
    cluster,
    retry: {},
    maxWaitTimeInMs: 1,
    instrumentationEmitter: { emit: quiet },
  });
  group.subscriptionState.assign([{ topic: 't', partitions: [0, 1, 2] }]);
  group.offsetManager = new OffsetManager({
    cluster,
    coordinator: broker,
    groupId: 'g',
    memberAssignment: { t: [0, 1, 2] },
    topicConfigurations: { t: { fromBeginning: true } },
  });
  Object.assign(group, { coordinator: broker, memberId: 'm' });
  return { group, cluster, broker, did };
};
const leaderless = [{ topic: 't', partitions: [0] }];

describe('a consumer', () => {
  test('hears of it by the fetcher of the first broker, with the offset that the group has committed', async () => {
    const { group, did } = createMember('7');
    expect(await group.fetch('2')).toMatchObject([{ partition: 2, fetchedOffset: '8' }]);
    expect(await group.fetch('1')).toMatchObject([
      { partition: 0, fault: { error: { type: 'LEADER_NOT_AVAILABLE' }, offset: '7' } },
    ]);
    expect(did.refreshed).toBe(1);
  });

  test('fetches the others meanwhile, from offsets for which nobody asks its leader', async () => {
    const { group, did } = createMember();
    expect(await group.fetch('1')).toMatchObject([{ partition: 0, fetchedOffset: '0' }]);
    expect(await group.fetch('1')).toMatchObject([{ partition: 1, fetchedOffset: '3' }]);
    expect(await group.fetch('2')).toMatchObject([{ partition: 2, fetchedOffset: '8' }]);
    // The offset of each partition is asked for separately, so none waits for the broker of another.
    expect(did).toEqual({ refreshed: 1, listed: [1], asked: [[0], [1], [2]] });
  });

  test('looks for the leader not at once again, and not while the partition is paused', async () => {
    const { group, did } = createMember();
    group.pause(leaderless);
    expect(await group.fetch('1')).toMatchObject([{ partition: 1 }]);
    group.resume(leaderless);
    expect(await group.fetch('1')).toMatchObject([{ partition: 0 }]);
    expect(await group.fetch('1')).toMatchObject([{ partition: 1 }]);
    expect(did.refreshed).toBe(1);
    group.lookForLeadersAt = 0;
    expect(await group.fetch('1')).toMatchObject([{ partition: 0 }]);
    expect(did.refreshed).toBe(2);
  });

  test('goes on when there is a leader, and hears so though nothing is there to read', async () => {
    const { group, cluster } = createMember();
    await group.fetch('1');
    cluster.partitions = [0, 1, 2].map((each) => partition(each, 1));
    group.lookForLeadersAt = 0;
    const [first] = await group.fetch('1');
    expect(first).toMatchObject({ partition: 0, fetchedOffset: '3', isFirstSound: true });
    expect(first?.fault).toBeUndefined();
    expect((await group.fetch('1'))[0]).toMatchObject({ partition: 0, isFirstSound: false });
  });

  describe('when one broker cannot be reached', () => {
    const { KafkaJSConnectionError, KafkaJSProtocolError } = load('errors.js') as {
      KafkaJSConnectionError: new (message: string) => Error;
      KafkaJSProtocolError: new (error: object) => Error;
    };
    const createCutOff = () => {
      const member = createMember();
      member.group.pause(leaderless);
      const error = new KafkaJSConnectionError('connect ECONNREFUSED');
      member.cluster.findBroker = () => Promise.reject(error);
      return { ...member, error };
    };

    test('hears so of its partitions, and its other fetchers go on', async () => {
      const { group, error } = createCutOff();
      expect(await group.fetch('2')).toMatchObject([
        { partition: 2, fault: { error, offset: '8' } },
      ]);
      group.pause([{ topic: 't', partitions: [2] }]);
      expect(await group.fetch('2')).toEqual([]);
    });

    test('goes on with none when the coordinator does not answer, as before', async () => {
      const { group, broker, error } = createCutOff();
      broker.heartbeat = () => Promise.reject(error);
      await expect(group.fetch('2')).rejects.toBe(error);
    });

    test('hears from the coordinator that the group is rebalancing', async () => {
      const { group, broker } = createCutOff();
      const rebalancing = new KafkaJSProtocolError({
        type: 'REBALANCE_IN_PROGRESS',
        code: 27,
        message: 'rebalancing',
      });
      broker.heartbeat = () => Promise.reject(rebalancing);
      await expect(group.fetch('2')).rejects.toBe(rebalancing);
    });
  });

  test('hands on that an empty partition can be read, once', async () => {
    const Runner = load('consumer/runner.js') as new (options: object) => {
      running: boolean;
      handleBatch: (batch: object) => Promise<void>;
    };
    const heard: number[] = [];
    const group = createMember();
    const runner = new Runner({
      logger,
      concurrency: 1,
      autoCommit: false,
      eachBatchAutoResolve: false,
      consumerGroup: { getNodeIds: () => ['1'], heartbeat: () => Promise.resolve() },
      instrumentationEmitter: { emit: quiet },
      eachBatch: ({ batch }: { batch: Batch }) => Promise.resolve(void heard.push(batch.partition)),
    });
    runner.running = true;
    group.group.pause(leaderless);
    for (let round = 0; round < 3; round += 1)
      for (const batch of await group.group.fetch('1')) await runner.handleBatch(batch);
    expect(heard).toEqual([1]);
  });
});
