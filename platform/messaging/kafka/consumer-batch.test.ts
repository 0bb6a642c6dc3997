import type { EachBatchPayload } from 'kafkajs';
import { pino } from 'pino';
import { createBatchHandler } from './consumer-batch.ts';
import { createHolds } from './holds.ts';
import { faultWords, mayPass, type PartitionFault } from './partition-fault.ts';

const place = { topic: 't', partition: 3 };

interface Fake {
  values?: string[];
  fault?: PartitionFault;
  lastOffset?: string;
}

/** Creates the payload that kafkajs passes for a partition, with messages from offset 5 on. */
const payloadOf = ({ values = [], fault, lastOffset = '4' }: Fake) => {
  const did = { paused: 0, resumed: 0, resolved: [] as string[] };
  const messages = values.map((value, i) => ({
    offset: String(5 + i),
    key: null,
    value: Buffer.from(value),
    timestamp: '0',
  }));
  const payload = {
    batch: {
      ...place,
      messages,
      fault,
      fetchedOffset: '5',
      highWatermark: '9',
      firstOffset: () => messages[0]?.offset ?? null,
      lastOffset: () => lastOffset,
    },
    pause: () => {
      did.paused += 1;
      return () => (did.resumed += 1);
    },
    resolveOffset: (offset: string) => did.resolved.push(offset),
    heartbeat: () => Promise.resolve(),
    isRunning: () => true,
    isStale: () => false,
  };
  return { payload: payload as unknown as EachBatchPayload, did };
};

const setUp = (
  handle: (values: string[]) => void = () => undefined,
  unwanted: readonly string[] = [],
) => {
  const abort = new AbortController();
  const logger = pino({ level: 'silent' });
  const heard = { lag: [] as number[], committed: [] as bigint[] };
  const holds = createHolds({ groupId: 'g', logger }, abort.signal);
  const options = {
    groupId: 'g',
    logger,
    holds,
    maxMessages: 10,
    handle: (messages: readonly { value: Buffer | undefined }[]) =>
      handle(messages.map(({ value }) => String(value))),
    isWanted: ({ value }: { value: Buffer | undefined }) => !unwanted.includes(String(value)),
    onLag: (_: unknown, messages: number) => void heard.lag.push(messages),
  };
  const handled = (_: unknown, next: bigint) => {
    heard.committed.push(next);
    return Promise.resolve();
  };
  const onBatch = createBatchHandler(options, { handled }, abort.signal);
  return { onBatch, holds, heard, stop: () => abort.abort() };
};

const broken: PartitionFault = {
  error: new Error('its checksum is wrong'),
  offset: '5',
  nextOffset: '8',
};

test('a partition that cannot be read is held, and throws at nobody', async () => {
  const { onBatch, holds, heard, stop } = setUp();
  const { payload, did } = payloadOf({ fault: broken });
  await onBatch(payload);
  expect(did).toMatchObject({ paused: 1, resolved: [] });
  const cause = 'the messages from offset 5 to 7 cannot be read: its checksum is wrong';
  expect(holds.list()).toEqual([{ ...place, offset: 5n, cause, attempt: 1 }]);
  expect(heard).toEqual({ lag: [4], committed: [] });
  stop();
});

test('a broker that does not answer is named, and may answer at any moment', () => {
  for (const name of ['KafkaJSConnectionError', 'KafkaJSRequestTimeoutError']) {
    const fault = { error: Object.assign(new Error('ECONNREFUSED'), { name }), offset: '5' };
    expect(faultWords(fault)).toBe('its broker does not answer: ECONNREFUSED');
    expect(mayPass(fault)).toBe(true);
  }
  expect(mayPass(broken)).toBe(false);
});

test('a partition that can be read again is released, though it has nothing to read', async () => {
  const { onBatch, holds, heard, stop } = setUp();
  await onBatch(payloadOf({ fault: broken }).payload);
  const { payload, did } = payloadOf({});
  payload.batch.highWatermark = '5';
  await onBatch(payload);
  expect(holds.list()).toEqual([]);
  expect(did.resolved).toEqual([]);
  expect(heard).toEqual({ lag: [4, 0], committed: [] });
  stop();
});

test('only what moves the partition makes the waits short again, and not that it is assigned anew', async () => {
  const { onBatch, holds, stop } = setUp();
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    await onBatch(payloadOf({ fault: broken }).payload);
    holds.keepOnly([place]);
    expect(holds.list()).toMatchObject([{ attempt }]);
  }
  await onBatch(payloadOf({ values: ['a'], lastOffset: '5' }).payload);
  expect(holds.list()).toEqual([]);
  await onBatch(payloadOf({ fault: broken }).payload);
  expect(holds.list()).toMatchObject([{ attempt: 1 }]);
  holds.keepOnly([{ ...place, partition: 4 }]);
  expect(holds.list()).toEqual([]);
  stop();
});

test('a handler that fails holds the partition where it failed', async () => {
  const { onBatch, holds, heard, stop } = setUp(() => {
    throw new Error('no database');
  });
  const { payload, did } = payloadOf({ values: ['a', 'b'] });
  await onBatch(payload);
  expect(did.paused).toBe(1);
  expect(holds.list()).toMatchObject([{ offset: 5n, cause: 'handling failed: no database' }]);
  expect(heard.committed).toEqual([]);
  stop();
});

test('what follows the last message and is none is passed, and told to the group', async () => {
  const { onBatch, heard, stop } = setUp();
  const { payload, did } = payloadOf({ values: ['a', 'b'], lastOffset: '7' });
  await onBatch(payload);
  expect([did.resolved, heard.committed]).toEqual([['6', '7'], [8n]]);
  await onBatch(payloadOf({ lastOffset: '8' }).payload);
  expect(heard.committed).toEqual([8n, 9n]);
  stop();
});

test.each([
  ['some messages', ['x'], [['a', 'b']]],
  ['all messages', ['a', 'x', 'b'], []],
])('%s that are not wanted are passed over, and committed', async (_, unwanted, expected) => {
  const handled: string[][] = [];
  const { onBatch, heard } = setUp((values) => void handled.push(values), unwanted);
  await onBatch(payloadOf({ values: ['a', 'x', 'b'], lastOffset: '7' }).payload);
  expect(handled).toEqual(expected);
  expect(heard.committed).toEqual([8n]);
});
