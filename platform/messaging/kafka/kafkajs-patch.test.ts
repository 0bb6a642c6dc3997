// Tests what patches/kafkajs+2.2.4.patch changes; each test but those marked "as before" fails without it.
import { createRequire } from 'node:module';
import { setImmediate } from 'node:timers/promises';
import { waitFor } from '../../../testing/wait-for.ts';

const load = (path: string): unknown => createRequire(import.meta.url)(`kafkajs/src/${path}`);

describe('messages are grouped by partition', () => {
  interface Numbered {
    number: number;
  }
  type Group = (batch: {
    topic: string;
    partitionMetadata: unknown[];
    messages: Numbered[];
    partitioner: (of: { message: Numbered }) => number;
  }) => Record<number, Numbered[]>;

  const group = load('producer/groupMessagesPerPartition.js') as Group;
  const messages = Array.from({ length: 20_000 }, (_, number) => ({ number }));
  const grouped = (partitions: number, partitionMetadata: unknown[] = [{}]) =>
    group({
      topic: 't',
      partitionMetadata,
      messages,
      partitioner: ({ message }) => message.number % partitions,
    });

  test('in time that grows with their number only', () => {
    const rounds = [1, 2, 3].map(() => {
      const start = performance.now();
      grouped(1);
      return performance.now() - start;
    });
    // This takes a few milliseconds; with a copy of the group for each message it would take half a second.
    expect(Math.min(...rounds)).toBeLessThan(1_000);
  });

  test('in their order, as before', () => {
    const groups = grouped(3);
    expect(Object.keys(groups)).toEqual(['0', '1', '2']);
    for (const [partition, group] of Object.entries(groups)) {
      expect(group).toEqual(messages.filter(({ number }) => number % 3 === Number(partition)));
    }
  });

  test('and into nothing without partitions, as before', () => {
    expect(grouped(3, [])).toEqual({});
  });
});

describe('a record', () => {
  const { encodeKey } = load('protocol/recordBatch/header/v0/index.js') as {
    encodeKey: (key: string) => Buffer;
  };

  test('takes the bytes of a header key from memory, which keeps few', () => {
    const first = encodeKey('ce_id');
    expect(encodeKey('ce_id')).toBe(first);
    for (let number = 0; number < 256; number += 1) encodeKey(`other-${number}`);
    expect(encodeKey('ce_id')).not.toBe(first);
    expect(encodeKey('ce_id')).toEqual(first);
  });
});

describe('the queue of a connection', () => {
  interface Queue {
    throttledUntil: number;
    throttleCheckTimeoutId: NodeJS.Timeout | null;
    checkPendingRequests: () => void;
    maybeThrottle: (milliseconds: number) => void;
    push: (request: object) => void;
    fulfillRequest: (response: object) => void;
    destroy: () => void;
  }
  const RequestQueue = load('network/requestQueue/index.js') as new (options: object) => Queue;

  let queue: Queue;
  let sent: number[];
  const push = (correlationId: number) => {
    const entry = { correlationId, resolve: () => undefined };
    const sendRequest = () => sent.push(correlationId);
    queue.push({ entry, sendRequest, expectResponse: true });
  };
  const isAtRest = () => queue.throttleCheckTimeoutId === null;
  const answer = (correlationId: number) => {
    queue.fulfillRequest({ correlationId, payload: null, size: 0 });
  };

  beforeEach(() => {
    sent = [];
    queue = new RequestQueue({ maxInFlightRequests: 1, logger: { debug: () => undefined } });
  });
  afterEach(() => {
    queue.destroy();
  });

  test('keeps no timer while nothing waits', () => {
    queue.checkPendingRequests();
    expect(isAtRest()).toBe(true);
    push(1);
    answer(1);
    expect([sent, isAtRest()]).toEqual([[1], true]);
  });

  test('sends what waited for the broker when the time has come, and rests', async () => {
    queue.maybeThrottle(30);
    const { throttledUntil } = queue;
    push(1);
    expect([sent, isAtRest()]).toEqual([[], false]);
    await waitFor(() => sent.length > 0, { what: 'the request is sent', intervalMs: 1 });
    expect(performance.now()).toBeGreaterThanOrEqual(throttledUntil);
    expect(isAtRest()).toBe(true);
  });

  test('waits for the broker no longer when the clock of the machine is set back', async () => {
    queue.maybeThrottle(30);
    push(1);
    const { now } = Date;
    Date.now = () => 0;
    try {
      await waitFor(() => sent.length > 0, { what: 'the request is sent', intervalMs: 1 });
    } finally {
      Date.now = now;
    }
  });

  test('sends in order what waited for an answer, as before', () => {
    for (const correlationId of [1, 2, 3]) push(correlationId);
    expect(sent).toEqual([1]);
    answer(1);
    answer(2);
    expect(sent).toEqual([1, 2, 3]);
  });
});

describe('a member that the coordinator has forgotten, and whose next join fails', () => {
  interface Runner {
    start: () => Promise<void>;
    stop: () => Promise<void>;
  }
  const Runner = load('consumer/runner.js') as new (options: object) => Runner;
  const quiet = () => undefined;
  const levels = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  const logger: object = { ...levels, namespace: () => logger };

  test('joins before it fetches again', async () => {
    const did: string[] = [];
    const group = {
      memberId: null as string | null,
      connect: () => Promise.resolve(),
      leave: () => Promise.resolve(),
      getNodeIds: () => ['1'],
      joinAndSync: () => {
        did.push('join');
        if (did.length === 3) return Promise.reject(new Error('the connection is closed'));
        group.memberId = 'known';
        return Promise.resolve();
      },
      fetch: async () => {
        await setImmediate();
        did.push(group.memberId === null ? 'fetch as nobody' : 'fetch');
        if (did.length === 2) throw Object.assign(new Error('who?'), { type: 'UNKNOWN_MEMBER_ID' });
        return [];
      },
      heartbeat: () => Promise.resolve(),
    };
    const runner = new Runner({
      logger,
      consumerGroup: group,
      concurrency: 1,
      instrumentationEmitter: { emit: quiet },
      retry: { initialRetryTime: 1, maxRetryTime: 1 },
      onCrash: quiet,
    });
    await runner.start();
    await waitFor(() => did.length >= 5, { what: 'another fetch', intervalMs: 1 });
    await runner.stop();
    expect(did.slice(0, 5)).toEqual(['join', 'fetch', 'join', 'join', 'fetch']);
  });
});

describe('a cluster of which one broker answers to nobody', () => {
  interface Broker {
    nodeId?: number;
    versions: object;
    isConnected: () => boolean;
    connect: () => Promise<void>;
    disconnect: () => Promise<void>;
    connectionPool: { isSilent: () => boolean };
  }
  interface Pool {
    brokers: Record<string, Broker>;
    createBroker: (options: { connectionPool: { address: string } }) => Broker;
    connect: () => Promise<void>;
    withBroker: (callback: (of: { nodeId: string }) => Promise<string>) => Promise<string | null>;
    findConnectedBroker: () => Promise<Broker>;
  }
  const BrokerPool = load('cluster/brokerPool.js') as new (options: object) => Pool;
  const quiet = () => undefined;
  const logger = { namespace: () => logger, debug: quiet, error: quiet };
  const timedOut = () =>
    Promise.reject(
      Object.assign(new Error('Request timed out'), {
        name: 'KafkaJSRequestTimeoutError',
        retriable: true,
      }),
    );
  const broker = (
    isConnected: boolean,
    connect = () => Promise.resolve(),
    isSilent = false,
  ): Broker => ({
    versions: {},
    isConnected: () => isConnected,
    connect,
    disconnect: () => Promise.resolve(),
    connectionPool: { isSilent: () => isSilent },
  });
  const createPool = (addresses: string[]) => {
    let index = 0;
    const build = () => Promise.resolve({ address: addresses[index++ % addresses.length] });
    const retry = { initialRetryTime: 1, maxRetryTime: 1, retries: 1 };
    return new BrokerPool({ connectionPoolBuilder: { build }, logger, retry });
  };

  test('the next address is tried when the first takes a connection and says nothing', async () => {
    const pool = createPool(['silent', 'good']);
    const tried: string[] = [];
    pool.createBroker = ({ connectionPool: { address } }) => {
      tried.push(address);
      return broker(false, address === 'silent' ? timedOut : undefined);
    };
    await pool.connect();
    expect(tried).toEqual(['silent', 'good']);
  });

  test('one that is connected is asked before one that is not, and another when the first cannot be reached', async () => {
    const pool = createPool(['any']);
    for (let round = 0; round < 20; round += 1) {
      pool.brokers = { 1: broker(false, timedOut), 2: broker(true) };
      expect(await pool.withBroker(({ nodeId }) => Promise.resolve(nodeId))).toBe('2');
    }
    pool.brokers = { 1: broker(false, timedOut), 2: broker(false) };
    for (let round = 0; round < 5; round += 1)
      expect(await pool.withBroker(({ nodeId }) => Promise.resolve(nodeId))).toBe('2');
  });

  test('one that did not answer the latest request in time is asked last', async () => {
    const pool = createPool(['any']);
    const [silent, other] = [broker(true, undefined, true), broker(false)];
    for (let round = 0; round < 20; round += 1) {
      pool.brokers = { 1: silent, 2: other };
      expect(await pool.withBroker(({ nodeId }) => Promise.resolve(nodeId))).toBe('2');
      expect(await pool.findConnectedBroker()).toBe(other);
    }
    pool.brokers = { 1: silent, 2: broker(false, timedOut) };
    expect(await pool.findConnectedBroker()).toBe(silent);
  });

  test('a producer takes its id from the broker that it is connected to, not from the controller', async () => {
    const createEosManager = load('producer/eosManager/index.js') as (options: object) => {
      initProducerId: () => Promise<void>;
      getProducerId: () => number;
    };
    const manager = createEosManager({
      logger,
      transactional: false,
      cluster: {
        retry: { retries: 0 },
        refreshMetadataIfNecessary: () => Promise.resolve(),
        findControllerBroker: timedOut,
        findConnectedBroker: () =>
          Promise.resolve({
            initProducerId: () => Promise.resolve({ producerId: 7, producerEpoch: 0 }),
          }),
      },
    });
    await manager.initProducerId();
    expect(manager.getProducerId()).toBe(7);
  });
});
