import { usesKafka } from '#platform/base/manifest.ts';
import { objectOf, selectorOf, type KubeObject } from './objects.ts';
import { kafka } from './places.ts';
import {
  briefContainerOf,
  containerOf,
  ownResources,
  podOf,
  secretFilesOf,
  spreadOf,
} from './pods.ts';
import type { Process } from './processes.ts';

/** How long a pod that is to end still serves: so long it takes until nobody is sent to it any more. */
export const preStopSeconds = 5;
// SHUTDOWN_TIMEOUT is 10 s; a process that cannot stop in time logs that itself before it is killed.
const graceSeconds = preStopSeconds + 10 + 10;

const probe = (path: string, times: { periodSeconds: number; failureThreshold: number }) => ({
  httpGet: { path, port: 'http' },
  timeoutSeconds: 4,
  ...times,
});

const probes = {
  startupProbe: probe('/healthz', { periodSeconds: 2, failureThreshold: 60 }),
  livenessProbe: probe('/healthz', { periodSeconds: 10, failureThreshold: 6 }),
  readinessProbe: probe('/readyz', { periodSeconds: 5, failureThreshold: 2 }),
};

const portsOf = ({ ports }: Process) =>
  Object.entries(ports).map(([name, containerPort]) => ({ name, containerPort }));

/** One Deployment, and what belongs to it. */
export const objectsOf = (process: Process): KubeObject[] => {
  const { name } = process;
  const matchLabels = selectorOf(name);
  return [
    serviceAccountOf(name),
    objectOf(
      { apiVersion: 'apps/v1', kind: 'Deployment', name },
      {
        spec: {
          // without a number, what scales a Deployment is not undone when the manifests are applied again
          ...(process.name === process.service.name && replicasOf(process)),
          selector: { matchLabels },
          strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
          template: { metadata: { labels: matchLabels }, spec: podSpecOf(process) },
        },
      },
    ),
    objectOf(
      { apiVersion: 'v1', kind: 'Service', name },
      {
        spec: {
          selector: matchLabels,
          ports: Object.entries(process.ports).map(([port, number]) => ({
            name: port,
            port: number,
            targetPort: port,
            appProtocol: port === 'grpc' ? 'kubernetes.io/h2c' : 'http',
          })),
        },
      },
    ),
    objectOf(
      { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', name },
      { spec: { maxUnavailable: 1, selector: { matchLabels } } },
    ),
  ];
};

const replicasOf = ({ service }: Process) =>
  service.local?.replicas === undefined ? {} : { replicas: service.local.replicas };

const podSpecOf = (process: Process) => {
  const { name, service, env } = process;
  const secrets = secretFilesOf({
    ...(service.schema !== undefined && { role: service.schema }),
    ...(usesKafka(service) && { kafkaUser: kafka.userOf(name) }),
  });
  const wait = { args: ['deploy/wait-until-prepared.ts', name], env };
  return {
    ...podOf(name, secrets),
    topologySpreadConstraints: spreadOf(name),
    terminationGracePeriodSeconds: graceSeconds,
    // until then the replicas of the version before go on
    initContainers: [briefContainerOf('wait-until-prepared', wait)],
    containers: [
      {
        ...containerOf(name, { args: [`services/${service.name}/main.ts`], env }),
        ports: portsOf(process),
        resources: ownResources,
        lifecycle: { preStop: { sleep: { seconds: preStopSeconds } } },
        ...probes,
      },
    ],
  };
};

export const serviceAccountOf = (name: string): KubeObject =>
  objectOf(
    { apiVersion: 'v1', kind: 'ServiceAccount', name },
    { automountServiceAccountToken: false },
  );
