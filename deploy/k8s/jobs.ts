import { passwordSetting, schemaOwners } from '../services.ts';
import { serviceAccountOf } from './deployments.ts';
import { objectOf, selectorOf, type KubeObject } from './objects.ts';
import { kafka, postgres, secretsFolder } from './places.ts';
import { briefContainerOf, podOf, secretFilesOf, type Program, type SecretFile } from './pods.ts';
import { databaseUrlOf, kafkaEnv, type Env } from './processes.ts';

const fileOf = (role: string): string => `postgres-password-${role}`;

const passwordFiles: Env = Object.fromEntries(
  schemaOwners({}).map(({ schema }) => [
    `${passwordSetting(schema)}_FILE`,
    `${secretsFolder}/${fileOf(schema)}`,
  ]),
);

const jobOf = (name: string, program: Program, secrets: readonly SecretFile[]): KubeObject[] => [
  serviceAccountOf(name),
  objectOf(
    { apiVersion: 'batch/v1', kind: 'Job', name },
    {
      spec: {
        // The engines may take some minutes to come up.
        backoffLimit: 20,
        activeDeadlineSeconds: 1800,
        ttlSecondsAfterFinished: 86_400,
        template: {
          metadata: { labels: selectorOf(name) },
          spec: {
            ...podOf(name, secrets),
            restartPolicy: 'OnFailure',
            containers: [briefContainerOf(name, program)],
          },
        },
      },
    },
  ),
];

/** The init steps. Pods of a service wait by themselves until these have done what the service needs. */
export const jobs: readonly KubeObject[] = [
  ...jobOf(
    'migrations',
    {
      args: ['deploy/migrate.ts'],
      env: { DATABASE_URL: databaseUrlOf(postgres.admin), ...passwordFiles },
    },
    [
      ...secretFilesOf({ role: postgres.admin }),
      ...schemaOwners({}).map(({ schema }) => ({
        secret: postgres.secretOf(schema),
        key: 'password',
        path: fileOf(schema),
      })),
    ],
  ),
  ...jobOf(
    'topics',
    {
      args: ['deploy/create-topics.ts'],
      env: { ...kafkaEnv('topics'), TOPICS_PROFILE: 'cluster' },
    },
    secretFilesOf({ kafkaUser: kafka.userOf('topics') }),
  ),
];
