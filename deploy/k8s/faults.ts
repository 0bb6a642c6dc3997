import { processes, type Process } from './processes.ts';
import type { Container, Pod, Rendered } from './rendered.ts';
import { faultsOfSettings } from './settings-faults.ts';

interface DeploymentSpec {
  replicas?: number;
  template: { spec: Pod };
}

interface ServiceSpec {
  ports: { name: string; port: number; targetPort: unknown }[];
}

interface ScaledSpec {
  maxReplicaCount: number;
  triggers: { type: string; metadata: Record<string, string> }[];
}

const drainSeconds = 10;

/**
 * Returns what does not fit the manifests of the services, or what a process needs to run safely, a sentence each.
 * The fields themselves are the API server's business.
 */
export const faultsOf = async (objects: readonly Rendered[]): Promise<string[]> => {
  const find = (kind: string, name: string) =>
    objects.find((object) => object.kind === kind && object.metadata.name === name);
  const faults: string[] = [];
  for (const process of processes) {
    const { name } = process;
    const deployment = find('Deployment', name)?.spec as DeploymentSpec | undefined;
    if (deployment === undefined) {
      faults.push(`${name} has no Deployment.`);
      continue;
    }
    for (const kind of ['Service', 'ServiceAccount', 'PodDisruptionBudget', 'NetworkPolicy'])
      if (find(kind, name) === undefined) faults.push(`${name} has no ${kind}.`);
    faults.push(...faultsOfReplicas(process, deployment));
    faults.push(...faultsOfPod(name, deployment.template.spec));
    faults.push(...(await faultsOfProcess(process, deployment.template.spec)));
    faults.push(
      ...faultsOfService(process, find('Service', name)?.spec as ServiceSpec | undefined),
    );
    faults.push(...faultsOfScaling(process, find('ScaledObject', name)?.spec as ScaledSpec));
  }
  return [...faults, ...faultsOfOthers(objects)];
};

const faultsOfReplicas = ({ name, service }: Process, { replicas }: DeploymentSpec): string[] => {
  const wanted = name === service.name ? service.local?.replicas : undefined;
  return replicas === wanted
    ? []
    : [
        `${name} has ${replicas ?? 'no number of'} replicas; its manifest says ${wanted ?? 'none'}.`,
      ];
};

const isHardened = ({ securityContext = {} }: Container): boolean =>
  securityContext['readOnlyRootFilesystem'] === true &&
  securityContext['allowPrivilegeEscalation'] === false;

/** What holds for each pod of ours. */
const faultsOfPod = (name: string, pod: Pod): string[] => {
  const { securityContext, initContainers = [], containers } = pod;
  const faults: (string | false)[] = [
    pod.automountServiceAccountToken !== false && `${name} gets a token for the API server.`,
    securityContext?.runAsNonRoot !== true && `${name} may run as root.`,
    securityContext?.seccompProfile?.type !== 'RuntimeDefault' && `${name} has no seccomp profile.`,
    ...[...initContainers, ...containers].flatMap((container) => [
      !isHardened(container) &&
        `${name}: ${container.name} may write its file system, or gain rights.`,
      (container.resources?.requests?.['cpu'] === undefined ||
        container.resources.limits?.['memory'] === undefined) &&
        `${name}: ${container.name} does not say how much CPU and memory it needs.`,
    ]),
  ];
  return faults.filter((fault) => fault !== false);
};

const faultsOfProcess = async (process: Process, pod: Pod): Promise<string[]> => {
  const { name, service } = process;
  const [container] = pod.containers;
  if (container === undefined) return [`${name} has no container.`];
  const args = container.args?.join(' ');
  return [
    ...(args === `services/${service.name}/main.ts` ? [] : [`${name} runs ${args ?? 'nothing'}.`]),
    ...faultsOfRollout(name, container, pod),
    ...faultsOfPorts(process, container),
    ...faultsOfProbes(name, container),
    ...(await faultsOfSettings(process, container, pod)),
  ];
};

/** How its pods come, stay and go. */
const faultsOfRollout = (name: string, container: Container, pod: Pod): string[] => {
  const { terminationGracePeriodSeconds: grace = 30, topologySpreadConstraints = [] } = pod;
  const preStop = preStopOf(container);
  return [
    ...(waitOf(pod) === `deploy/wait-until-prepared.ts ${name}`
      ? []
      : [`${name} does not wait for the init steps.`]),
    ...(preStop > 0 ? [] : [`${name} has no preStop: it stops while calls are still sent to it.`]),
    ...(grace > preStop + drainSeconds
      ? []
      : [
          `${name} is killed after ${grace} s, before its ${preStop} s of preStop and ${drainSeconds} s of draining are over.`,
        ]),
    ...(topologySpreadConstraints.length > 0 ? [] : [`${name} is not spread over nodes.`]),
  ];
};

const preStopOf = ({ lifecycle }: Container): number => lifecycle?.preStop?.sleep?.seconds ?? 0;
const waitOf = ({ initContainers: [first] = [] }: Pod): string | undefined =>
  first?.args?.join(' ');

const faultsOfPorts = ({ name, ports }: Process, container: Container): string[] => {
  const given = new Map((container.ports ?? []).map((port) => [port.name, port.containerPort]));
  const named = Object.entries(ports);
  const wrong = named
    .filter(([port, number]) => given.get(port) !== number)
    .map(
      ([port, number]) =>
        `${name} opens ${given.get(port) ?? 'no port'} for ${port}; its manifest says ${number}.`,
    );
  return given.size > named.length
    ? [...wrong, `${name} opens ports that its manifest lacks.`]
    : wrong;
};

const paths = { startupProbe: '/healthz', livenessProbe: '/healthz', readinessProbe: '/readyz' };

const faultsOfProbes = (name: string, container: Container): string[] =>
  Object.entries(paths).flatMap(([kind, path]) => {
    const probe = container[kind as keyof typeof paths]?.httpGet;
    if (probe === undefined) return [`${name} has no ${kind}.`];
    return probe.path === path && probe.port === 'http'
      ? []
      : [`The ${kind} of ${name} asks for ${probe.path ?? '/'}, not for ${path} of its HTTP port.`];
  });

const faultsOfService = ({ name, ports }: Process, spec?: ServiceSpec): string[] =>
  Object.entries(ports).flatMap(([kind, number]) => {
    const port = spec?.ports.find((each) => each.name === kind);
    return port === undefined || (port.port === number && port.targetPort === kind)
      ? []
      : [`The Service of ${name} has ${port.port} for ${kind}; its manifest says ${number}.`];
  });

/** Overlays may leave the scaling out as a whole. */
const faultsOfScaling = (process: Process, spec?: ScaledSpec): string[] => {
  if (spec === undefined) return [];
  const { name, consumers } = process;
  const groups = spec.triggers
    .filter(({ type }) => type === 'kafka')
    .map(({ metadata }) => metadata['consumerGroup'])
    .sort();
  const wanted = consumers.map(({ group }) => group).sort();
  return groups.join() === wanted.join()
    ? []
    : [
        `${name} is scaled by ${groups.join(', ') || 'no group'}; it consumes as ${wanted.join(', ')}.`,
      ];
};

const ownDeployments = ['redis'];

const faultsOfOthers = (objects: readonly Rendered[]): string[] => {
  const known = new Set([...processes.map(({ name }) => name), ...ownDeployments]);
  const names = (kind: string) =>
    objects.filter((object) => object.kind === kind).map(({ metadata }) => metadata.name);
  const jobs = objects.filter(({ kind }) => kind === 'Job');
  return [
    ...names('Deployment')
      .filter((name) => !known.has(name))
      .map((name) => `${name} is a Deployment of no service.`),
    ...['migrations', 'topics']
      .filter((job) => !names('Job').includes(job))
      .map((job) => `There is no Job ${job}.`),
    ...jobs.flatMap(({ metadata, spec }) =>
      faultsOfPod(metadata.name, (spec as DeploymentSpec).template.spec),
    ),
    ...(names('NetworkPolicy').includes('default-deny') ? [] : ['Nothing is denied by default.']),
  ];
};
