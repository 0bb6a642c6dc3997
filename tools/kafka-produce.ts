// `make kafka-produce`: sends one message to a topic of the running system's Kafka, e.g. to see how consumers handle
// it.
import type { Message } from 'kafkajs';
import type { Kafka } from '#platform/messaging/kafka/client.ts';
import { readArguments, refuse } from './kafka/arguments.ts';
import { listTopics, refuseUnknown } from './kafka/list-topics.ts';
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
  const { values, positionals } = readArguments(options, help);
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
  refuseUnknown(topic, await listTopics(kafka));
  console.log(await send(kafka, topic, { key, value, headers }));
};

await runCommand(produce);
