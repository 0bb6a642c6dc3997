// `make kafka-produce`: sends one message to a topic of the running system's Kafka, e.g. to see how consumers handle
// it.
import { parseArgs } from 'node:util';
import type { Message } from 'kafkajs';
import { AppError } from '#platform/base/errors.ts';
import type { Kafka } from '#platform/messaging/kafka/client.ts';
import { listTopics } from './kafka/list-topics.ts';
import { findRunningKafka, runCommand } from './kafka/running-kafka.ts';

const help = `node tools/kafka-produce.ts TOPIC [--key KEY] [--value VALUE] [--header NAME=TEXT …]

Sends one message and says where it is. Without --key it has no key; without --value it is a tombstone.
It is sent past the outboxes: make verify will report it, and consumers treat it as any other message.`;

const options = {
  key: { type: 'string' },
  value: { type: 'string' },
  header: { type: 'string', multiple: true, default: [] as string[] },
  help: { type: 'boolean', short: 'h' },
} as const;

const refuse = (reason: string, words: string): AppError => new AppError('invalid', reason, words);

const read = () => {
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    throw refuse('arguments-wrong', `${(error as Error).message}\n\n${help}`);
  }
};

const headersOf = (given: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    given.map((header) => {
      const at = header.indexOf('=');
      if (at < 1) throw refuse('header-wrong', `A header is NAME=TEXT, not ${header}.`);
      return [header.slice(0, at), header.slice(at + 1)];
    }),
  );

const send = async (kafka: Kafka, topic: string, message: Message): Promise<string> => {
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  try {
    const [sent] = await producer.send({ topic, messages: [message], acks: -1, timeout: 10_000 });
    return `${topic} ${sent?.partition ?? '?'}/${sent?.baseOffset ?? '?'}`;
  } finally {
    await producer.disconnect();
  }
};

const produce = async (): Promise<void> => {
  const { values, positionals } = read();
  if (values.help) {
    console.log(help);
    return;
  }
  const [topic, ...others] = positionals;
  if (topic === undefined || others.length > 0)
    throw refuse(
      'topic-missing',
      `Say which topic: make kafka-produce t=TOPIC k=KEY v=VALUE\n\n${help}`,
    );
  const { key = null, value = null } = values;
  const headers = headersOf(values.header);
  const kafka = await findRunningKafka(process.env);
  const there = await listTopics(kafka);
  if (!there.includes(topic))
    throw refuse('topic-unknown', `There is no topic ${topic}; there are: ${there.join(', ')}.`);
  console.log(await send(kafka, topic, { key, value, headers }));
};

await runCommand(produce);
