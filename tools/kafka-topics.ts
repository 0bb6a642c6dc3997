// `make kafka-topics`: lists the topics of the running system, with what the manifest says about them.
import { loadTopics } from '#platform/messaging/topics.ts';
import { formatTable } from './demo/table.ts';
import { loadTopicFacts } from './kafka/list-topics.ts';
import { findRunningKafka, runCommand } from './kafka/running-kafka.ts';

const help = `node tools/kafka-topics.ts

Topics with their partitions, messages kept, retention, and the service that owns them by deploy/topics.yaml.`;

const unitsMs = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
] as const;

const describeRetention = (ms: number | undefined): string => {
  if (ms === undefined) return 'for ever';
  const [unit, unitMs] = unitsMs.find(([, each]) => ms % each === 0) ?? ['ms', 1];
  return `${ms / unitMs}${unit}`;
};

const showTopics = async (): Promise<void> => {
  if (process.argv.length > 2) {
    console.log(help);
    return;
  }
  const { topics: planned } = await loadTopics('deploy/topics.yaml');
  const facts = await loadTopicFacts(await findRunningKafka(process.env));
  const rows = facts.map(({ name, partitions, messages, retentionMs }) => {
    const owner = planned.find((topic) => topic.name === name)?.owner ?? 'not in the manifest';
    return [
      name,
      partitions ?? '?',
      messages?.toString() ?? '?',
      describeRetention(retentionMs),
      owner,
    ];
  });
  console.log(formatTable([['TOPIC', 'PARTITIONS', 'MESSAGES', 'RETENTION', 'OWNER'], ...rows]));
  const missing = planned.filter(({ name }) => !facts.some((fact) => fact.name === name));
  for (const { name } of missing) console.log(`${name} is missing: node deploy/create-topics.ts`);
};

await runCommand(showTopics);
