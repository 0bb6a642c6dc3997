import { usesKafka } from '#platform/base/manifest.ts';
import { anyOf, objectOf, selectorOf, type KubeObject } from './objects.ts';
import { kafka, namespaceNamed, namespaces, postgres, redis } from './places.ts';
import { processes, type Process } from './processes.ts';

const tcp = (port: number | string) => ({ protocol: 'TCP', port });
const pods = (names: readonly string[]) => ({ podSelector: anyOf(names) });
const cluster = (label: string, name: string) => ({
  podSelector: { matchLabels: { [label]: name } },
});
const postgresPods = cluster('cnpg.io/cluster', postgres.cluster);
export const kafkaPods = cluster('strimzi.io/cluster', kafka.cluster);
const redisPods = { podSelector: { matchLabels: selectorOf(redis.host) } };

interface Rules {
  podSelector: unknown;
  ingress?: readonly unknown[];
  egress?: readonly unknown[];
}

const policyOf = (name: string, { podSelector, ingress = [], egress = [] }: Rules): KubeObject =>
  objectOf(
    { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', name },
    { spec: { podSelector, policyTypes: ['Ingress', 'Egress'], ingress, egress } },
  );

const namesOf = (which: (process: Process) => boolean): string[] =>
  processes.filter(which).map(({ name }) => name);

/** The pods that reach Postgres, Kafka and Redis. */
const clients = {
  postgres: [...namesOf(({ service }) => service.schema !== undefined), 'migrations'],
  kafka: [...namesOf(({ service }) => usesKafka(service)), 'topics'],
  redis: namesOf(({ service }) => service.usesCache === true),
};

/** Those that may reach the brokers' listener; Strimzi makes the policy of it. */
export const kafkaPeers = [pods(clients.kafka), namespaceNamed(namespaces.keda)];

const dns = {
  to: [namespaceNamed('kube-system')],
  ports: [
    { protocol: 'UDP', port: 53 },
    { protocol: 'TCP', port: 53 },
  ],
};

const engineRules = (name: string) => [
  ...(clients.postgres.includes(name) ? [{ to: [postgresPods], ports: [tcp(postgres.port)] }] : []),
  ...(clients.kafka.includes(name) ? [{ to: [kafkaPods], ports: [tcp(kafka.port)] }] : []),
  ...(clients.redis.includes(name) ? [{ to: [redisPods], ports: [tcp(redis.port)] }] : []),
];

const calledBy = ({ service }: Process, kind: 'grpc' | 'http'): string[] =>
  Object.values((kind === 'grpc' ? service.calls : service.httpCalls) ?? {});

const callersOf = (name: string, kind: 'grpc' | 'http'): string[] =>
  namesOf((process) => calledBy(process, kind).includes(name));

/** What a process may reach, and who may reach it: those who call it by their manifests, and Prometheus. */
const policyOfProcess = (process: Process): KubeObject => {
  const { name, ports } = process;
  const kinds = ['grpc', 'http'] as const;
  const portOf = (called: string, kind: 'grpc' | 'http') =>
    processes.find((each) => each.name === called)?.ports[kind];
  return policyOf(name, {
    podSelector: { matchLabels: selectorOf(name) },
    ingress: [
      ...kinds.flatMap((kind) => {
        const callers = callersOf(name, kind);
        return callers.length === 0 ? [] : [{ from: [pods(callers)], ports: [tcp(kind)] }];
      }),
      { from: [namespaceNamed(namespaces.monitoring)], ports: [tcp('http')] },
      // Orders are placed from outside: whoever lets calls in runs in a namespace with this label.
      ...(process.service.lifecycle === undefined
        ? []
        : [
            {
              from: [{ namespaceSelector: { matchLabels: { 'inorder/gateway': 'true' } } }],
              ports: Object.keys(ports).map(tcp),
            },
          ]),
    ],
    egress: [
      dns,
      ...engineRules(name),
      ...kinds.flatMap((kind) =>
        calledBy(process, kind).map((called) => ({
          to: [pods([called])],
          ports: [tcp(portOf(called, kind) ?? kind)],
        })),
      ),
    ],
  });
};

const policyOfJob = (name: string): KubeObject =>
  policyOf(name, {
    podSelector: { matchLabels: selectorOf(name) },
    egress: [dns, ...engineRules(name)],
  });

// The pods of the engines also call the API server, whose address no policy can name.
const anywhere = [{}];

/** Nothing is allowed but what is named here. */
export const networkPolicies: readonly KubeObject[] = [
  policyOf('default-deny', { podSelector: {} }),
  ...processes.map(policyOfProcess),
  policyOfJob('migrations'),
  policyOfJob('topics'),
  policyOf('postgres', {
    ...postgresPods,
    ingress: [
      { from: [pods(clients.postgres)], ports: [tcp(postgres.port)] },
      // replication, and the operator, which asks each instance for its state
      { from: [postgresPods], ports: [tcp(postgres.port), tcp(8000)] },
      {
        from: [namespaceNamed(namespaces.postgresOperator)],
        ports: [tcp(postgres.port), tcp(8000)],
      },
    ],
    egress: anywhere,
  }),
  // Strimzi makes the policies of who may call the brokers.
  policyOf('kafka', { ...kafkaPods, egress: anywhere }),
  policyOf('redis', {
    ...redisPods,
    ingress: [{ from: [pods(clients.redis)], ports: [tcp(redis.port)] }],
  }),
];
