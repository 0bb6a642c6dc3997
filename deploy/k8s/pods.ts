import { kafka, postgres, secretsFolder } from './places.ts';
import { selectorOf } from './objects.ts';
import type { Env } from './processes.ts';

/** The image of all our processes; overlays say where it is and which version. */
export const image = 'inorder';

// The user `node` of the image.
const user = 1000;

/** What the restricted Pod Security Standard asks of a pod. */
export const podSecurity = (id: number) => ({
  runAsNonRoot: true,
  runAsUser: id,
  runAsGroup: id,
  fsGroup: id,
  seccompProfile: { type: 'RuntimeDefault' },
});

/** What it asks of a container, and a file system that cannot be written. */
export const containerSecurity = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};

export interface Resources {
  readonly cpu: string;
  readonly memory: string;
  readonly memoryLimit: string;
}

/** There is no limit of CPU: it would slow a process down while the node is idle. */
export const resourcesOf = ({ cpu, memory, memoryLimit }: Resources) => ({
  requests: { cpu, memory },
  limits: { memory: memoryLimit },
});

/** As in deploy/compose: a busy publisher uses 350 MiB. */
export const ownResources = resourcesOf({ cpu: '100m', memory: '256Mi', memoryLimit: '768Mi' });
const briefResources = resourcesOf({ cpu: '50m', memory: '128Mi', memoryLimit: '256Mi' });

/** One key of a Secret, as a file of the pod. */
export interface SecretFile {
  readonly secret: string;
  readonly key: string;
  readonly path: string;
}

/** The secrets of a process: of its role, and of its user of Kafka. */
export const secretFilesOf = (of: { role?: string; kafkaUser?: string }): SecretFile[] => [
  ...(of.role === undefined
    ? []
    : [
        { secret: postgres.secretOf(of.role), key: 'password', path: postgres.passwordFile },
        { secret: postgres.caSecret, key: 'ca.crt', path: postgres.caFile },
      ]),
  ...(of.kafkaUser === undefined
    ? []
    : [
        { secret: of.kafkaUser, key: 'password', path: kafka.passwordFile },
        { secret: kafka.caSecret, key: 'ca.crt', path: kafka.caFile },
      ]),
];

const secretsVolume = (files: readonly SecretFile[]) => ({
  name: 'secrets',
  projected: {
    defaultMode: 0o440,
    sources: files.map(({ secret, key, path }) => ({
      secret: { name: secret, items: [{ key, path }] },
    })),
  },
});

export interface Program {
  readonly args: readonly string[];
  readonly env: Env;
}

/** A container of our image. */
export const containerOf = (name: string, { args, env }: Program) => ({
  name,
  image,
  args,
  env: Object.entries(env).map(([variable, value]) => ({ name: variable, value })),
  securityContext: containerSecurity,
  volumeMounts: [{ name: 'secrets', mountPath: secretsFolder, readOnly: true }],
});

/** What all pods of our image have. They need nothing of the API server, so they get no token for it. */
export const podOf = (name: string, secrets: readonly SecretFile[]) => ({
  serviceAccountName: name,
  automountServiceAccountToken: false,
  enableServiceLinks: false,
  securityContext: podSecurity(user),
  volumes: [secretsVolume(secrets)],
});

/** A container that runs once, before or besides the processes. */
export const briefContainerOf = (name: string, program: Program) => ({
  ...containerOf(name, program),
  resources: briefResources,
});

/** Replicas spread over zones and nodes as far as there are some. */
export const spreadOf = (name: string) =>
  ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map((topologyKey) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: selectorOf(name) },
    matchLabelKeys: ['pod-template-hash'],
  }));
