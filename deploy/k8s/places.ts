// Where the engines are, by the names that their operators give to services and Secrets.

/** Where the secrets of a pod are mounted, one file each. */
export const secretsFolder = '/run/secrets/inorder';

/** The CloudNativePG cluster `postgres`: `postgres-rw` always leads to the primary. */
export const postgres = {
  cluster: 'postgres',
  host: 'postgres-rw',
  port: 5432,
  database: 'inorder',
  admin: 'postgres',
  passwordFile: 'postgres-password',
  caFile: 'postgres-ca.crt',
  caSecret: 'postgres-ca',
  /** The Secret with the user name and the password of a role. */
  secretOf: (role: string) => `postgres-role-${role}`,
};

/** The Strimzi cluster `kafka`. */
export const kafka = {
  cluster: 'kafka',
  host: 'kafka-kafka-bootstrap',
  port: 9093,
  passwordFile: 'kafka-password',
  caFile: 'kafka-ca.crt',
  caSecret: 'kafka-cluster-ca-cert',
  /** The user of a process, and the Secret with its password. */
  userOf: (process: string) => `kafka-${process}`,
};

export const redis = { host: 'redis', port: 6379 };

/** The namespaces of those who are let in from outside, by the label that Kubernetes gives to each namespace. */
export const namespaces = {
  monitoring: 'monitoring',
  keda: 'keda',
  postgresOperator: 'cnpg-system',
};

export const namespaceNamed = (name: string) => ({
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
});
