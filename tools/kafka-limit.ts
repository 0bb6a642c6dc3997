// `make kafka-limit`: sets how large a message of a topic may be, e.g. to see how an order is blocked and redriven.
import kafkajs from 'kafkajs';
import type { Kafka } from '#platform/messaging/kafka/client.ts';
import { topicOf } from '#platform/messaging/topics.ts';
import { readArguments, refuse } from './kafka/arguments.ts';
import { listTopics, refuseUnknown } from './kafka/list-topics.ts';
import { findRunningKafka, runCommand } from './kafka/running-kafka.ts';

const usual = topicOf('loms.v1.OrderStatusChanged');

const help = `node tools/kafka-limit.ts [TOPIC] [--bytes N]

Makes the brokers refuse larger messages of the topic, by default ${usual}. Without --bytes the brokers' own
limit counts again.`;

const options = {
  bytes: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

const limit = 'max.message.bytes';
const { TOPIC } = kafkajs.ConfigResourceTypes;

/** Sets the limit of a topic; undefined: the brokers' own. The request replaces all that is set, so the rest is sent again. */
const setLimit = async (kafka: Kafka, topic: string, bytes: number | undefined): Promise<void> => {
  const admin = kafka.admin();
  try {
    await admin.connect();
    const resource = { type: TOPIC, name: topic };
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [resource],
    });
    const others = (resources[0]?.configEntries ?? [])
      .filter(({ configSource }) => configSource === kafkajs.ConfigSource.TOPIC_CONFIG)
      .map(({ configName: name, configValue: value }) => ({ name, value }))
      .filter(({ name }) => name !== limit);
    const own = bytes === undefined ? [] : [{ name: limit, value: String(bytes) }];
    await admin.alterConfigs({
      validateOnly: false,
      resources: [{ ...resource, configEntries: [...others, ...own] }],
    });
  } finally {
    await admin.disconnect();
  }
};

const run = async (): Promise<void> => {
  const { values, positionals } = readArguments(options, help);
  if (values.help) {
    console.log(help);
    return;
  }
  const [topic = usual, ...others] = positionals;
  if (others.length > 0) throw refuse('topics-many', `Name one topic.\n\n${help}`);
  const { bytes } = values;
  if (bytes !== undefined && !/^[1-9]\d{0,8}$/.test(bytes))
    throw refuse('bytes-wrong', `A limit is a number of bytes, not ${bytes}.`);
  const kafka = await findRunningKafka(process.env);
  refuseUnknown(topic, await listTopics(kafka));
  await setLimit(kafka, topic, bytes === undefined ? undefined : Number(bytes));
  console.log(
    bytes === undefined
      ? `${topic} takes messages as large as its brokers do.`
      : `${topic} refuses messages of more than ${bytes} bytes. make kafka-limit t=${topic} lifts that.`,
  );
};

await runCommand(run);
