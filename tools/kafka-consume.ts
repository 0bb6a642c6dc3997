// `make kafka-consume` and `make kafka-consume-dlq`: print messages of the running system's Kafka in readable form.
import type { Kafka } from '#platform/messaging/kafka/client.ts';
import { loadTopics } from '#platform/messaging/topics.ts';
import { describeDeadLetter } from './kafka/describe-dead-letter.ts';
import { describeMessage } from './kafka/describe-message.ts';
import { readTopics } from '../testing/kafka/read-topics.ts';
import { findRunningKafka, runCommand } from './kafka/running-kafka.ts';
import { readArguments, refuse } from './kafka/arguments.ts';
import { listTopics, refuseUnknown } from './kafka/list-topics.ts';

const help = `node tools/kafka-consume.ts TOPIC | --dead-letters [--number N] [--from beginning]

Prints the latest 20 messages of a topic, then those that come, until Ctrl-C. No group's offsets change.
  --dead-letters     the dead letters of all consumers (topics of the manifest that end in .dlq)
  --number N         the latest N (with --from beginning: the first N), and ends
  --from beginning   all that are there, partition by partition, instead of the latest`;

const options = {
  'dead-letters': { type: 'boolean', default: false },
  number: { type: 'string' },
  from: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

const numberOf = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= 1_000_000) return number;
  throw refuse('number-wrong', 'The number must be a whole one from 1 to 1,000,000.');
};

const topicsOf = async (kafka: Kafka, topic: string | undefined): Promise<string[]> => {
  const there = await listTopics(kafka);
  if (topic === undefined) {
    const { topics } = await loadTopics('deploy/topics.yaml');
    const letters = topics.map(({ name }) => name).filter((name) => name.endsWith('.dlq'));
    return letters.filter((name) => there.includes(name));
  }
  refuseUnknown(topic, there);
  return [topic];
};

const consume = async (): Promise<void> => {
  const { values, positionals } = readArguments(options, help);
  if (values.help) {
    console.log(help);
    return;
  }
  const [topic, ...others] = positionals;
  if (others.length > 0 || (topic === undefined) !== values['dead-letters'])
    throw refuse('topic-missing', `Say which topic: make kafka-consume t=TOPIC\n\n${help}`);
  if (values.from !== undefined && values.from !== 'beginning')
    throw refuse('from-wrong', `--from knows beginning only.\n\n${help}`);
  const wanted = numberOf(values.number);
  const kafka = await findRunningKafka(process.env);
  const abort = new AbortController();
  process.on('SIGINT', () => abort.abort()).on('SIGTERM', () => abort.abort());
  const describe = values['dead-letters'] ? describeDeadLetter : describeMessage;
  let told = 0;
  await readTopics({
    kafka,
    topics: await topicsOf(kafka, topic),
    last: values.from === undefined ? (wanted ?? 20) : undefined,
    signal: abort.signal,
    onMessage: (message) => {
      if (told === wanted) return;
      console.log(`${describe(message)}\n`);
      told += 1;
      if (told === wanted) abort.abort();
    },
    onUnreadable: ({ topic, partition, from, to, cause }) => {
      console.error(`${topic} ${partition}/${from} to ${to - 1n} is passed over: ${cause}\n`);
    },
    onCaughtUp: () => {
      if (wanted !== undefined) abort.abort();
      else console.error(`${told === 0 ? 'None yet. ' : ''}Waiting for more (Ctrl-C ends) …\n`);
    },
  });
};

await runCommand(consume);
