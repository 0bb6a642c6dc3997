import { schemaOwners } from '../services.ts';
import { objectOf, type KubeObject } from './objects.ts';
import { postgres } from './places.ts';

/** The roles with a password of their own: the administrator, and the owner of each schema. */
export const roles: readonly string[] = [
  postgres.admin,
  ...schemaOwners({}).map(({ schema }) => schema),
];

/** The name of the SecretStore, which overlays define. */
export const secretStore = 'vault';

// How soon a password that is changed in Vault is in the Secret. Pods have it within another minute.
const refreshInterval = '1m';

/** Passwords as External Secrets takes them from Vault: the key `postgres/<role>`, its property `password`. */
export const externalSecrets: readonly KubeObject[] = roles.map((role) => {
  const name = postgres.secretOf(role);
  return objectOf(
    { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', name },
    {
      spec: {
        refreshInterval,
        secretStoreRef: { kind: 'SecretStore', name: secretStore },
        target: {
          name,
          creationPolicy: 'Owner',
          template: {
            type: 'kubernetes.io/basic-auth',
            data: { username: role, password: '{{ .password }}' },
          },
        },
        data: [
          {
            secretKey: 'password',
            remoteRef: { key: `postgres/${role}`, property: 'password' },
          },
        ],
      },
    },
  );
});

/** The passwords of development: each is the name of its role. */
export const developmentSecrets: readonly KubeObject[] = roles.map((role) =>
  objectOf(
    { apiVersion: 'v1', kind: 'Secret', name: postgres.secretOf(role) },
    {
      type: 'kubernetes.io/basic-auth',
      stringData: { username: role, password: role },
    },
  ),
);
