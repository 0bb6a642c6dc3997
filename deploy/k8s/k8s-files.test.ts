import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { loadTopics, topicOf } from '#platform/messaging/topics.ts';
import { checkout } from '../folders.ts';
import { loadSettings } from '../local/settings.ts';
import { topologyOf } from '../local/topology.ts';
import { services } from '../services.ts';
import { faultsOf } from './faults.ts';
import { k8sFiles } from './k8s-files.ts';
import { processes } from './processes.ts';
import type { Container, Pod, Rendered } from './rendered.ts';
import { roles } from './secrets.ts';

const files = k8sFiles();
const read = (path: string) => readFileSync(join(checkout, path), 'utf8');
const generated = ['base', 'engines', 'scaling', 'monitoring', 'external-secrets'];

const objectsIn = (folders: readonly string[]): Rendered[] =>
  [...files]
    .filter(([path]) => folders.some((folder) => path.startsWith(`deploy/k8s/${folder}/`)))
    .flatMap(([, content]) => parseAllDocuments(content))
    .map((document) => document.toJS() as Rendered)
    .filter(({ kind }) => kind !== 'Kustomization');

/** The manifests anew, so that a test may change them. */
const all = (): Rendered[] => objectsIn(generated);
const named = (objects: Rendered[], kind: string, name: string) =>
  objects.find((each) => each.kind === kind && each.metadata.name === name)!;
const podOf = (objects: Rendered[], name: string, kind = 'Deployment') =>
  (named(objects, kind, name).spec as { template: { spec: Pod } }).template.spec;

test.each([...files])('%s is what the manifests say (make gen writes it)', (path, content) => {
  expect(read(path)).toBe(content);
});

test('nothing else is in the folders of generated manifests', () => {
  for (const folder of [...generated, 'development-secrets']) {
    const there = readdirSync(join(checkout, 'deploy/k8s', folder));
    const wanted = [...files.keys()].filter((path) => path.startsWith(`deploy/k8s/${folder}/`));
    expect(there.map((name) => `deploy/k8s/${folder}/${name}`).sort()).toEqual(wanted.sort());
  }
});

test('they fit the manifests of the services', async () => {
  expect(await faultsOf(all())).toEqual([]);
});

test('each process of make up runs here, with the same settings', () => {
  const parts = topologyOf(loadSettings({})).flatMap((part) =>
    part.kind === 'service' ? [part] : [],
  );
  const names = [...new Set(parts.map(({ deployment }) => deployment))];
  expect(processes.map(({ name }) => name)).toEqual(names);
  // of make up alone: its demo, its registry and the names of its replicas
  const elsewhere =
    /^(OUTBOX_CHAOS|SCHEMA_REGISTRY_URL|EVENT_ENCODING|REPLICA|TRACE_URL_TEMPLATE)$/;
  const observed = /^OTEL_/;
  for (const { deployment, env } of parts) {
    const service = services.find((each) => each.name === deployment);
    const handedOn = Object.keys(service?.local?.settings ?? {});
    const wanted = Object.keys(env).filter(
      (name) => !elsewhere.test(name) && !observed.test(name) && !handedOn.includes(name),
    );
    const given = processes.find(({ name }) => name === deployment)?.env ?? {};
    expect([deployment, Object.keys(given)]).toEqual([deployment, expect.arrayContaining(wanted)]);
  }
});

const change = (change: (objects: Rendered[]) => unknown): Rendered[] => {
  const objects = all();
  change(objects);
  return objects;
};
const inContainer = (name: string, act: (container: Container) => unknown) =>
  change((objects) => act(podOf(objects, name).containers[0]!));
const envOf = (container: Container, name: string) =>
  container.env!.find((each) => each.name === name)!;

test.each<[string, Rendered[], string]>([
  [
    'a missing probe',
    inContainer('loms', (container) => delete container.readinessProbe),
    'loms has no readinessProbe.',
  ],
  [
    'a probe of another path',
    inContainer('loms', (container) => (container.livenessProbe!.httpGet!.path = '/readyz')),
    'The livenessProbe of loms asks for /readyz, not for /healthz of its HTTP port.',
  ],
  [
    'another port of the container',
    inContainer('order', (container) => (container.ports![0]!.containerPort = 1)),
    'order opens 1 for grpc; its manifest says 50050.',
  ],
  [
    'another port of the Service',
    change((objects) => {
      const { ports } = named(objects, 'Service', 'order').spec as { ports: { port: number }[] };
      ports[1]!.port = 81;
    }),
    'The Service of order has 81 for http; its manifest says 8080.',
  ],
  [
    'a setting that the service does not have',
    inContainer('pvz', (container) => (envOf(container, 'HTTP_PORT').name = 'HTTP_PROT')),
    'pvz has no setting HTTP_PROT.',
  ],
  [
    'another topic',
    inContainer(
      'pvz-notifier',
      (container) => (envOf(container, 'NOTIFIER_TOPIC').value = topicOf('order.v1.OrderPaid')),
    ),
    'NOTIFIER_TOPIC of pvz-notifier is order.payment.completed; its manifest says pvz.events-log.',
  ],
  [
    'a secret that is not mounted',
    change((objects) => (podOf(objects, 'pvz').volumes = [])),
    'pvz refuses its settings.',
  ],
  [
    'a service without a Deployment',
    all().filter(({ kind, metadata }) => kind !== 'Deployment' || metadata.name !== 'ticket'),
    'ticket has no Deployment.',
  ],
  [
    'a container that may write',
    inContainer('ops', (container) => delete container.securityContext!['readOnlyRootFilesystem']),
    'ops: ops may write its file system, or gain rights.',
  ],
  [
    'too little time to drain',
    change((objects) => (podOf(objects, 'ops').terminationGracePeriodSeconds = 15)),
    'ops is killed after 15 s, before its 5 s of preStop and 10 s of draining are over.',
  ],
  [
    'fewer notifiers',
    change((objects) => {
      (named(objects, 'Deployment', 'notifier').spec as { replicas: number }).replicas = 1;
    }),
    'notifier has 1 replicas; its manifest says 3.',
  ],
  [
    'no wait for the init steps',
    change((objects) => delete podOf(objects, 'order').initContainers),
    'order does not wait for the init steps.',
  ],
  [
    'another consumer group',
    change((objects) => {
      const spec = named(objects, 'ScaledObject', 'ticket').spec as {
        triggers: { metadata: Record<string, string> }[];
      };
      spec.triggers.at(-1)!.metadata['consumerGroup'] = 'tickets';
    }),
    'ticket is scaled by tickets; it consumes as ticket-service.',
  ],
  [
    'open networks',
    all().filter(({ metadata }) => metadata.name !== 'default-deny'),
    'Nothing is denied by default.',
  ],
])('%s is refused in words', async (_, objects, words) => {
  const faults = await faultsOf(objects);
  expect(faults).not.toEqual([]);
  expect(faults.join('\n')).toContain(words);
});

interface Trigger {
  type: string;
  metadata: Record<string, string>;
}

test('consumers are scaled by their lag, up to the number of partitions of their topic', async () => {
  const { topics } = await loadTopics(join(checkout, 'deploy/topics.yaml'));
  const scaled = all().filter(({ kind }) => kind === 'ScaledObject');
  const fixed = ['notifier', 'pvz-notifier'];
  const names = processes.map(({ name }) => name).filter((name) => !fixed.includes(name));
  expect(scaled.map(({ metadata }) => metadata.name).sort()).toEqual(names.sort());
  for (const { metadata, spec } of scaled) {
    const { maxReplicaCount, triggers } = spec as { maxReplicaCount: number; triggers: Trigger[] };
    const process = processes.find(({ name }) => name === metadata.name)!;
    const lags = triggers.filter(({ type }) => type === 'kafka').map((each) => each.metadata);
    expect(lags.map((lag) => [lag['consumerGroup'], lag['topic']])).toEqual(
      process.consumers.map(({ group, event }) => [group, topicOf(event)]),
    );
    const partitions = lags.map(
      (lag) => topics.find(({ name }) => name === lag['topic'])?.partitions ?? 0,
    );
    if (process.ports.grpc === undefined && lags.length > 0)
      expect([metadata.name, maxReplicaCount]).toEqual([metadata.name, Math.max(...partitions)]);
  }
});

interface Peer {
  podSelector?: { matchExpressions?: { values: string[] }[] };
}
interface Policy {
  ingress: { from?: Peer[] }[];
  egress: { to?: Peer[] }[];
}
const othersIn = (peers: Peer[] = []): string[] =>
  peers.flatMap(({ podSelector }) => podSelector?.matchExpressions?.[0]?.values ?? []);

test('services reach each other as their manifests say, from both ends', () => {
  const objects = all();
  const edges = services.flatMap(({ name, calls = {}, httpCalls = {} }) =>
    [...Object.values(calls), ...Object.values(httpCalls)].map((called) => `${name} ${called}`),
  );
  const policies = processes.map(({ name }) => ({
    name,
    ...(named(objects, 'NetworkPolicy', name).spec as Policy),
  }));
  const out = policies.flatMap(({ name, egress }) =>
    egress.flatMap(({ to }) => othersIn(to)).map((called) => `${name} ${called}`),
  );
  const into = policies.flatMap(({ name, ingress }) =>
    ingress.flatMap(({ from }) => othersIn(from)).map((caller) => `${caller} ${name}`),
  );
  expect(out.sort()).toEqual(edges.sort());
  expect(into.sort()).toEqual(edges.sort());
});

test('every Secret that a pod mounts is made: by Vault, or by the operators of the engines', () => {
  const objects = all();
  const made = new Set([
    ...objects.filter(({ kind }) => kind === 'ExternalSecret').map(({ metadata }) => metadata.name),
    ...objects.filter(({ kind }) => kind === 'KafkaUser').map(({ metadata }) => metadata.name),
    'postgres-ca',
    'kafka-cluster-ca-cert',
  ]);
  const pods = [
    ...processes.map(({ name }) => podOf(objects, name)),
    ...['migrations', 'topics'].map((name) => podOf(objects, name, 'Job')),
  ];
  const mounted = pods.flatMap(({ volumes }) =>
    volumes!.flatMap(({ projected }) => projected!.sources.map(({ secret }) => secret!.name)),
  );
  expect(mounted.length).toBeGreaterThan(30);
  expect([...new Set(mounted)].filter((name) => !made.has(name))).toEqual([]);
  const development = objectsIn(['development-secrets']).filter(({ kind }) => kind === 'Secret');
  expect(development.map(({ metadata }) => metadata.name)).toEqual(
    roles.map((role) => `postgres-role-${role}`),
  );
});
