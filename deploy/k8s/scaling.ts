import { usesKafka, type ConsumerManifest } from '#platform/base/manifest.ts';
import { topicOf } from '#platform/messaging/topics.ts';
import { objectOf, type KubeObject } from './objects.ts';
import { kafka, namespaces } from './places.ts';
import { partitionsOf, processes, publishedTopics, type Process } from './processes.ts';

// Each replica holds up to DATABASE_POOL_SIZE connections; engines.ts counts them.
const mostRpcReplicas = 6;
const cpuPercent = '70';
/** RPCs under way, per replica: the seconds that RPCs took in a second. */
const rpcsInFlight = '20';
/** Messages not read yet, per replica. */
const lagMessages = '500';
/** Events not sent yet, per replica; one publisher sends tens of thousands a second. */
const backlogRows = '5000';

const prometheus = `http://prometheus-operated.${namespaces.monitoring}:9090`;
export const keda = 'keda';

const byMetric = (query: string, threshold: string) => ({
  type: 'prometheus',
  metadata: { serverAddress: prometheus, query, threshold },
});

const byRpcs = ({ name }: Process) => [
  { type: 'cpu', metricType: 'Utilization', metadata: { value: cpuPercent } },
  byMetric(`sum(rate(rpc_duration_seconds_sum{job="${name}"}[2m]))`, rpcsInFlight),
];

// KEDA asks for no more replicas than the topic has partitions.
const byLag = ({ group, event }: ConsumerManifest) => ({
  type: 'kafka',
  metadata: {
    bootstrapServers: `${kafka.host}:${kafka.port}`,
    consumerGroup: group,
    topic: topicOf(event),
    lagThreshold: lagMessages,
    sasl: 'scram_sha512',
    tls: 'enable',
  },
  authenticationRef: { name: kafka.userOf(keda) },
});

const byBacklog = byMetric('sum(outbox_backlog_rows)', backlogRows);

const isPublisher = ({ service }: Process): boolean => service.outboxesSetting === 'OUTBOX_SOURCES';

const most = (topics: readonly string[]): number => Math.max(...topics.map(partitionsOf));

/** More replicas than that would have nothing to do: consumers share partitions, publishers fill them. */
export const mostReplicasOf = (process: Process): number => {
  if (process.ports.grpc !== undefined) return mostRpcReplicas;
  const topics = isPublisher(process)
    ? publishedTopics
    : process.consumers.map(({ event }) => topicOf(event));
  return Math.max(most(topics), process.service.local?.replicas ?? 1);
};

const fewest = 2;

const isScaled = (process: Process): boolean =>
  process.service.local?.replicas === undefined && mostReplicasOf(process) >= fewest;

const scaledObjectOf = (process: Process): KubeObject => {
  const { name, ports, consumers } = process;
  return objectOf(
    { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', name },
    {
      spec: {
        scaleTargetRef: { name },
        minReplicaCount: fewest,
        maxReplicaCount: mostReplicasOf(process),
        pollingInterval: 15,
        advanced: {
          horizontalPodAutoscalerConfig: {
            name,
            // Each change of the number of consumers makes them share the partitions anew.
            behavior: { scaleDown: { stabilizationWindowSeconds: 300 } },
          },
        },
        triggers: [
          ...(ports.grpc === undefined ? [] : byRpcs(process)),
          ...consumers.map(byLag),
          ...(isPublisher(process) ? [byBacklog] : []),
        ],
      },
    },
  );
};

const authentication = objectOf(
  { apiVersion: 'keda.sh/v1alpha1', kind: 'TriggerAuthentication', name: kafka.userOf(keda) },
  {
    spec: {
      secretTargetRef: [
        { parameter: 'password', name: kafka.userOf(keda), key: 'password' },
        { parameter: 'username', name: 'keda-kafka-username', key: 'username' },
        { parameter: 'ca', name: kafka.caSecret, key: 'ca.crt' },
      ],
    },
  },
);

/** KEDA makes a HorizontalPodAutoscaler of each. What bears a fixed number of replicas has none. */
export const scaling: readonly KubeObject[] = [
  ...processes.filter(isScaled).map(scaledObjectOf),
  authentication,
  objectOf(
    { apiVersion: 'v1', kind: 'Secret', name: 'keda-kafka-username' },
    { stringData: { username: kafka.userOf(keda) } },
  ),
];

/** The users of Kafka: each process that connects to it, the init step, and KEDA, which asks for the lag. */
export const kafkaUsers: readonly string[] = [
  ...processes.filter(({ service }) => usesKafka(service)).map(({ name }) => name),
  'topics',
  keda,
];
