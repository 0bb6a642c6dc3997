import { ensureTopics } from '#platform/messaging/kafka/admin.ts';
import { partitionOf } from '#platform/messaging/kafka/partitioner.ts';
import type { Kafka } from '#platform/messaging/kafka/client.ts';
import { createTestKafka, createTestTopic } from '../testing/kafka-topic.ts';
import { startProcess, type TestProcess } from '../testing/engines/process.ts';

const brokers = process.env['TEST_KAFKA_BROKERS']!;
const kafka: Kafka = createTestKafka(brokers);
const deadLetters = 'order.notification.dlq';

const start = (entry: string, args: readonly string[], KAFKA_BROKERS = brokers): TestProcess =>
  startProcess({ name: entry, entry: `tools/${entry}.ts`, args, env: { KAFKA_BROKERS } });

const run = async (entry: string, args: readonly string[], at = brokers) => {
  const process = start(entry, args, at);
  const { code } = await process.exit;
  return { code, output: process.lines.join('\n') };
};

const send = async (topic: string, values: readonly string[]): Promise<void> => {
  const producer = kafka.producer();
  await producer.connect();
  for (const value of values) {
    const headers = { ce_type: 'test.Happened', ce_sequence: value };
    await producer.send({ topic, messages: [{ key: `key-${value}`, value, headers }] });
  }
  await producer.disconnect();
};

const keysIn = (lines: readonly string[]): string[] =>
  lines.flatMap((line) => /· key (key-\w+) ·/.exec(line)?.[1] ?? []);

test('n of the latest, n of the first, and the end of it', async () => {
  const topic = await createTestTopic(kafka, 3);
  await send(topic, ['1', '2', '3', '4', '5']);
  const latest = await run('kafka-consume', [topic, '--number', '2']);
  expect(latest.code).toBe(0);
  // messages of two partitions come in the order in which they are read
  expect(keysIn(latest.output.split('\n')).sort()).toEqual(['key-4', 'key-5']);
  expect(latest.output).toContain('  test.Happened · sequence 5');
  const all = await run('kafka-consume', [topic, '--from', 'beginning', '--number', '9']);
  expect(keysIn(all.output.split('\n')).sort()).toEqual([1, 2, 3, 4, 5].map((n) => `key-${n}`));
});

test('it follows until SIGINT, and begins with what is there', async () => {
  const topic = await createTestTopic(kafka, 2);
  await send(topic, ['1']);
  const following = start('kafka-consume', [topic]);
  await following.waitForLine((line) => line.startsWith('Waiting for more'));
  await send(topic, ['2']);
  await following.waitForLine((line) => line.includes('key-2'));
  following.kill('SIGINT');
  expect(await following.exit).toEqual({ code: 0, signal: null });
  expect(keysIn(following.lines)).toEqual(['key-1', 'key-2']);
});

test('dead letters of all consumers', async () => {
  const plan = { partitions: 1, replication: 1, minInsync: 1, retentionMs: 3_600_000 };
  await ensureTopics({ kafka, plans: [{ name: deadLetters, ...plan }], waitMs: 10_000 });
  const letter = {
    original_topic: 'order.payment.completed',
    original_partition: 2,
    original_offset: 5,
    original_value: Buffer.from('{"half').toString('base64'),
    error_message: 'not JSON',
    failed_at: '2026-01-02T03:04:05.006Z',
  };
  await send(deadLetters, [JSON.stringify(letter)]);
  // the topic is that of every run, so that other tests may have letters in it
  const { code, output } = await run('kafka-consume', ['--dead-letters', '--number', '1000']);
  expect(code).toBe(0);
  expect(output).toContain('  error      not JSON');
  expect(output).toContain('  original   order.payment.completed 2/5');
  expect(output).toContain('    {"half');
});

test('topics with their partitions, messages and retention', async () => {
  const topic = await createTestTopic(kafka, 3);
  await send(topic, ['1', '2']);
  const { code, output } = await run('kafka-topics', []);
  expect(code).toBe(0);
  const row = output.split('\n').find((line) => line.startsWith(topic));
  expect(row?.split(/ {2,}/)).toEqual([topic, '3', '2', '1h', 'not in the manifest']);
});

test('a topic refuses what is larger than its limit, keeps its other settings, and takes it when that is lifted', async () => {
  const topic = await createTestTopic(kafka, 1);
  const large = 'x'.repeat(2_000);
  const limited = await run('kafka-limit', [topic, '--bytes', '1000']);
  expect(limited).toEqual({ code: 0, output: expect.stringContaining('more than 1000 bytes') });
  await expect(send(topic, [large])).rejects.toThrow(/larger than|too large/);
  await send(topic, ['1']);
  const lifted = await run('kafka-limit', [topic]);
  expect(lifted.code).toBe(0);
  await send(topic, [large]);
  const { output } = await run('kafka-topics', []);
  const row = output.split('\n').find((line) => line.startsWith(topic));
  expect(row?.split(/ {2,}/)).toEqual([topic, '1', '2', '1h', 'not in the manifest']);
  for (const args of [[topic, topic], [topic, '--bytes', '0'], ['no.such.topic']])
    expect([args, await run('kafka-limit', args)]).toMatchObject([args, { code: 1 }]);
});

test('what is asked wrongly, and a Kafka that is unavailable, are reported in words', async () => {
  const unknown = await run('kafka-consume', ['no.such.topic', '--number', '1']);
  expect([unknown.code, unknown.output]).toEqual([1, expect.stringContaining('There is no topic')]);
  for (const args of [[], ['--number', '0', 'x'], ['x', 'y'], ['x', '--from', 'noon'], ['--bad']])
    expect([args, await run('kafka-consume', args)]).toMatchObject([args, { code: 1 }]);
  for (const [entry, ...args] of [['kafka-consume', 'x'], ['kafka-topics']]) {
    const away = await run(entry!, args, '127.0.0.1:9');
    expect([away.code, away.output]).toEqual([1, expect.stringMatching(/^No Kafka broker .*\.$/)]);
    const { code, output } = await run(entry!, ['--help'], '127.0.0.1:9');
    expect([code, output]).toEqual([0, expect.stringContaining('node tools/kafka-')]);
  }
});

test('one message is sent where its key belongs, and another topic is refused', async () => {
  const topic = await createTestTopic(kafka, 3);
  const args = [topic, '--key', 'key-7', '--value', '{"a": 1}', '--header', 'ce_type=test.Sent'];
  const sent = await run('kafka-produce', args);
  expect(sent).toEqual({ code: 0, output: `${topic} ${partitionOf('key-7', 3)}/0` });
  const { output } = await run('kafka-consume', [topic, '--number', '1']);
  expect(output).toContain('· key key-7 ·');
  expect(output).toContain('test.Sent');
  expect(output).toContain('"a": 1');

  const refused = await run('kafka-produce', ['no.such.topic', '--key', 'a']);
  expect(refused.code).toBe(1);
  expect(refused.output).toContain('There is no topic no.such.topic; there are:');
  expect((await run('kafka-produce', [])).output).toContain('Say which topic');
});
