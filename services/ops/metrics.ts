import { Gauge, type Registry } from 'prom-client';
import type { GroupFigures, Overview } from './domain/overview.ts';

/** A consumer group and its topic. */
export interface ConsumedTopic {
  group: string;
  topic: string;
}

export interface OverviewMetricsDeps {
  registry: Registry;
  /** The groups that manifests name. */
  expected: readonly ConsumedTopic[];
  newest: () => Overview | undefined;
  now: () => Date;
}

// Ops looks every 5 s, and one look may have to wait for Kafka and the database.
const tooOldMs = 60_000;

/**
 * Makes metrics of the newest overview: what publishers and consumers cannot say of themselves, because they may be
 * away. What could not be looked at has no series; an overview of more than a minute ago has none at all.
 */
export const createOverviewMetrics = (deps: OverviewMetricsDeps): void => {
  const { registry, expected, newest, now } = deps;
  for (const { name, help, labelNames, figuresOf } of [
    ...outboxGauges,
    ...groupGauges(expected),
    deadLettersGauge,
  ]) {
    new Gauge({
      name,
      help,
      labelNames,
      registers: [registry],
      collect() {
        this.reset();
        const overview = newest();
        if (overview === undefined || now().getTime() - overview.at.getTime() > tooOldMs) return;
        for (const [labels, value] of figuresOf(overview)) this.set(labels, value);
      },
    });
  }
};

type Figure = [labels: Readonly<Record<string, string | number>>, value: number];

interface OverviewGauge {
  name: string;
  help: string;
  labelNames: string[];
  figuresOf: (overview: Overview) => Figure[];
}

type Source = Overview['sources'][number];

const ofSources =
  (valueOf: (figures: NonNullable<Source['figures']>, source: Source) => number) =>
  ({ sources }: Overview): Figure[] =>
    sources.flatMap((each): Figure[] =>
      each.figures === undefined ? [] : [[{ source: each.source }, valueOf(each.figures, each)]],
    );

const outboxGauges: OverviewGauge[] = [
  {
    name: 'outbox_unsent_oldest_seconds',
    help: 'Age of the oldest event that is to be sent, whether a publisher runs or not.',
    labelNames: ['source'],
    figuresOf: ofSources(({ oldestAgeSeconds }) => oldestAgeSeconds),
  },
  {
    name: 'outbox_failed_events',
    help: 'FAILED events, which wait for an operator.',
    labelNames: ['source'],
    figuresOf: ofSources(({ failedRows }) => failedRows),
  },
  {
    name: 'outbox_unowned_buckets',
    help: 'Buckets that no running publisher owns.',
    labelNames: ['source'],
    figuresOf: ofSources((_figures, { bucketsWithoutOwner }) => bucketsWithoutOwner),
  },
  {
    name: 'outbox_publishers',
    help: 'Publishers, by state of their lease: held, expired.',
    labelNames: ['state'],
    figuresOf: ({ publishers: { figures } }) => {
      if (figures === undefined) return [];
      const expired = figures.filter(({ isExpired }) => isExpired).length;
      return [
        [{ state: 'held' }, figures.length - expired],
        [{ state: 'expired' }, expired],
      ];
    },
  },
];

const deadLettersGauge: OverviewGauge = {
  name: 'inbox_open_dead_letters',
  help: 'Dead letters that were neither redriven nor discarded.',
  labelNames: ['consumer', 'topic'],
  figuresOf: ({ groups }) =>
    groups.flatMap(({ inbox }): Figure[] =>
      inbox?.figures === undefined
        ? []
        : [[{ consumer: inbox.consumer, topic: inbox.topic }, inbox.figures.deadLetters]],
    ),
};

type Group = Overview['groups'][number];

/** Of the groups that manifests name: whoever reads a topic for once, e.g. by a tool, has a group of any name. */
const groupGauges = (expected: readonly ConsumedTopic[]): OverviewGauge[] => {
  const isExpected = (seen: Group) => expected.some((each) => isSame(seen, each));
  const ofPartitions =
    (valueOf: (partition: GroupFigures['partitions'][number]) => bigint | undefined) =>
    ({ groups }: Overview): Figure[] =>
      groups.filter(isExpected).flatMap(({ group, topic, figures }) =>
        (figures?.partitions ?? []).flatMap((each): Figure[] => {
          const value = valueOf(each);
          const { partition } = each;
          return value === undefined ? [] : [[{ group, topic, partition }, Number(value)]];
        }),
      );
  return [
    {
      name: 'kafka_group_expected',
      help: '1 for each consumer group that the manifest of a service names.',
      labelNames: ['group', 'topic'],
      figuresOf: () => expected.map(({ group, topic }) => [{ group, topic }, 1]),
    },
    {
      name: 'kafka_group_members',
      help: 'Members of a group, also those that stand by; 0 for one that Kafka does not know.',
      labelNames: ['group', 'topic'],
      figuresOf: membersOf(expected),
    },
    {
      name: 'kafka_group_lag_messages',
      help: 'Messages of a partition that the group has not committed yet.',
      labelNames: ['group', 'topic', 'partition'],
      figuresOf: ofPartitions(({ lag }) => lag),
    },
    {
      name: 'kafka_group_committed_offset',
      help: 'The offset up to which the group has committed a partition.',
      labelNames: ['group', 'topic', 'partition'],
      figuresOf: ofPartitions(({ committedOffset }) => committedOffset),
    },
  ];
};

const membersOf =
  (expected: readonly ConsumedTopic[]) =>
  ({ groups, topics }: Overview): Figure[] => {
    const isKafkaSeen = topics.some(({ figures }) => figures !== undefined);
    return expected.flatMap(({ group, topic }): Figure[] => {
      const seen = groups.find((each) => isSame(each, { group, topic }));
      if (seen === undefined) return isKafkaSeen ? [[{ group, topic }, 0]] : [];
      return seen.figures === undefined ? [] : [[{ group, topic }, seen.figures.members.length]];
    });
  };

const isSame = (one: ConsumedTopic, other: ConsumedTopic): boolean =>
  one.group === other.group && one.topic === other.topic;
