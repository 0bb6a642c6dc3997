import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';
import { loadConfig } from '#platform/base/config.ts';
import { ConfigError } from '#platform/base/config-error.ts';
import { secretNames } from '#platform/base/secret-files.ts';
import { checkout } from '../folders.ts';
import { secretsFolder } from './places.ts';
import type { Process } from './processes.ts';
import type { Container, Pod } from './rendered.ts';

/** Holds the variables of a container against the settings of its service, as the service itself does at its start. */
export const faultsOfSettings = async (
  { name, service, env: wanted }: Process,
  container: Container,
  pod: Pod,
): Promise<string[]> => {
  const { configSchema } = (await import(
    join(checkout, 'services', service.name, 'config.ts')
  )) as { configSchema: z.ZodObject };
  const env = new Map((container.env ?? []).map((each) => [each.name, each.value ?? '']));
  const known = new Set([
    ...Object.keys(configSchema.shape),
    ...secretNames(configSchema).map((secret) => `${secret}_FILE`),
  ]);
  return [
    ...[...env.keys()]
      .filter((variable) => !known.has(variable))
      .map((variable) => `${name} has no setting ${variable}.`),
    ...Object.entries(wanted)
      .filter(([variable, value]) => env.get(variable) !== value)
      .map(
        ([variable, value]) =>
          `${variable} of ${name} is ${env.get(variable) ?? 'not set'}; its manifest says ${value}.`,
      ),
    ...refusalsOf(name, configSchema, { env, pod }),
  ];
};

interface Given {
  env: ReadonlyMap<string, string>;
  pod: Pod;
}

/** Loads the settings with the files that the pod mounts, each with a password of a letter. */
const refusalsOf = (name: string, schema: z.ZodObject, { env, pod }: Given): string[] => {
  const folder = mkdtempSync(join(tmpdir(), 'inorder-k8s-'));
  try {
    for (const path of mountedFiles(pod)) writeFileSync(join(folder, path), 'x');
    loadConfig(
      schema,
      Object.fromEntries(
        [...env].map(([variable, value]) => [variable, value.replaceAll(secretsFolder, folder)]),
      ),
    );
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return [`${name} refuses its settings. ${error.message.replaceAll(folder, secretsFolder)}`];
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const mountedFiles = ({ volumes = [] }: Pod): string[] =>
  volumes.flatMap(({ projected }) =>
    (projected?.sources ?? []).flatMap(({ secret }) =>
      (secret?.items ?? []).map(({ path }) => path),
    ),
  );
