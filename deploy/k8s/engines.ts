import { logSettings } from '../local/postgres.ts';
import { redisSettings } from '../local/redis.ts';
import { serviceAccountOf } from './deployments.ts';
import { kafkaPeers } from './network.ts';
import { objectOf, selectorOf, type KubeObject } from './objects.ts';
import { kafka, postgres, redis } from './places.ts';
import { containerSecurity, podSecurity, resourcesOf } from './pods.ts';
import { processes } from './processes.ts';
import { kafkaUsers, mostReplicasOf } from './scaling.ts';

const poolSize = 16;
const forOperators = 50;

/** As many connections as all pools hold together when each service has as many replicas as it may have. */
const connections = processes
  .filter(({ service }) => service.schema !== undefined)
  .reduce((sum, process) => sum + mostReplicasOf(process) * poolSize, forOperators);

const postgresCluster = objectOf(
  { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', name: postgres.cluster },
  {
    spec: {
      imageName: 'ghcr.io/cloudnative-pg/postgresql:18',
      instances: 3,
      // The init step makes a role for each schema, which only an administrator can.
      enableSuperuserAccess: true,
      superuserSecret: { name: postgres.secretOf(postgres.admin) },
      bootstrap: { initdb: { database: postgres.database, owner: postgres.database } },
      postgresql: {
        parameters: { max_connections: String(connections), ...logSettings },
        // What is committed is on two servers, so that a new primary has it.
        synchronous: { method: 'any', number: 1, dataDurability: 'required' },
      },
      storage: { size: '50Gi' },
      resources: resourcesOf({ cpu: '1', memory: '2Gi', memoryLimit: '2Gi' }),
      affinity: { topologyKey: 'topology.kubernetes.io/zone' },
    },
  },
);

const strimzi = 'kafka.strimzi.io/v1';
const brokers: KubeObject = {
  apiVersion: strimzi,
  kind: 'KafkaNodePool',
  metadata: { name: 'brokers', labels: { 'strimzi.io/cluster': kafka.cluster } },
  spec: {
    replicas: 3,
    roles: ['controller', 'broker'],
    storage: { type: 'persistent-claim', size: '50Gi', deleteClaim: false },
    resources: resourcesOf({ cpu: '500m', memory: '2Gi', memoryLimit: '2Gi' }),
  },
};

const copies = 3;
const inSync = 2;
const kafkaCluster = objectOf(
  { apiVersion: strimzi, kind: 'Kafka', name: kafka.cluster },
  {
    spec: {
      kafka: {
        listeners: [
          {
            name: 'tls',
            port: kafka.port,
            type: 'internal',
            tls: true,
            authentication: { type: 'scram-sha-512' },
            networkPolicyPeers: kafkaPeers,
          },
        ],
        config: {
          'auto.create.topics.enable': false,
          'unclean.leader.election.enable': false,
          'default.replication.factor': copies,
          'min.insync.replicas': inSync,
          'offsets.topic.replication.factor': copies,
          'transaction.state.log.replication.factor': copies,
          'transaction.state.log.min.isr': inSync,
          // SESSION_TIMEOUT_MS of the consumers is 3 s.
          'group.min.session.timeout.ms': 1000,
        },
      },
      entityOperator: { userOperator: {} },
    },
  },
);

const kafkaUserOf = (name: string): KubeObject => ({
  apiVersion: strimzi,
  kind: 'KafkaUser',
  metadata: { name: kafka.userOf(name), labels: { 'strimzi.io/cluster': kafka.cluster } },
  spec: { authentication: { type: 'scram-sha-512' } },
});

// of the image's user `redis`
const redisUser = 999;
const matchLabels = selectorOf(redis.host);
const redisContainer = {
  name: redis.host,
  image: 'redis:7',
  command: [
    'redis-server',
    ...Object.entries(redisSettings).flatMap(([name, value]) => [`--${name}`, value]),
    // its pods are reached by others, and a policy says by whom
    '--protected-mode',
    'no',
  ],
  ports: [{ name: 'redis', containerPort: redis.port }],
  securityContext: containerSecurity,
  resources: resourcesOf({ cpu: '50m', memory: '96Mi', memoryLimit: '128Mi' }),
  readinessProbe: { tcpSocket: { port: 'redis' }, periodSeconds: 5 },
  livenessProbe: { tcpSocket: { port: 'redis' }, periodSeconds: 10 },
  // the server starts in this folder, which must be writable
  volumeMounts: [{ name: 'data', mountPath: '/data' }],
};

/** A cache and nothing but a cache: it holds nothing that must not be lost. */
const redisObjects: readonly KubeObject[] = [
  serviceAccountOf(redis.host),
  objectOf(
    { apiVersion: 'apps/v1', kind: 'Deployment', name: redis.host },
    {
      spec: {
        replicas: 1,
        selector: { matchLabels },
        template: {
          metadata: { labels: matchLabels },
          spec: {
            serviceAccountName: redis.host,
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            securityContext: podSecurity(redisUser),
            containers: [redisContainer],
            volumes: [{ name: 'data', emptyDir: { sizeLimit: '64Mi' } }],
          },
        },
      },
    },
  ),
  objectOf(
    { apiVersion: 'v1', kind: 'Service', name: redis.host },
    {
      spec: {
        selector: matchLabels,
        ports: [{ name: 'redis', port: redis.port, targetPort: 'redis' }],
      },
    },
  ),
];

/** The engines, as resources of their operators; Redis is a plain Deployment. */
export const engines: readonly KubeObject[] = [
  postgresCluster,
  kafkaCluster,
  brokers,
  ...kafkaUsers.map(kafkaUserOf),
  ...redisObjects,
];
