import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { checkout } from '../../folders.ts';
import type { StartHooks } from '../../local/engine.ts';
import { copyGoal, ensureFetched } from '../../local/maven-cache.ts';
import { runTied } from '../../local/run-tied.ts';
import type { ApiObject } from './api.ts';
import { postgresCrd } from './postgres-crd.ts';

/** A CustomResourceDefinition. */
export interface Crd extends ApiObject {
  spec: { group: string; versions: { name: string; [field: string]: unknown }[] };
}

interface CrdModule {
  module: string;
  /** The hash of the module's content, as in a go.sum. */
  sum: string;
  folder: string;
}

// Operators that are Go modules bring their CRDs as files.
const modules: readonly CrdModule[] = [
  {
    module: 'github.com/kedacore/keda/v2@v2.21.0',
    sum: 'h1:R6z2HZvstK4RLUMxroNACzBj74xGxt3kG59b5Xc+Xps=',
    folder: 'config/crd/bases',
  },
  {
    module: 'github.com/external-secrets/external-secrets@v1.3.2',
    sum: 'h1:u2J8RjlHIeF0oZCqtl92adI/uZWUwOesJIDkfql6LqQ=',
    folder: 'config/crds/bases',
  },
  {
    module: 'github.com/prometheus-operator/prometheus-operator@v0.85.0',
    sum: 'h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s=',
    folder: 'example/prometheus-operator-crd',
  },
];

const here = join(checkout, 'deploy/k8s/check');

/** Returns the CRDs of KEDA, External Secrets, Prometheus, Strimzi and CloudNativePG; fetches them the first time. */
export const loadCrds = async (hooks: StartHooks): Promise<Crd[]> => [
  ...(await Promise.all(modules.map(crdsOfModule))).flat(),
  ...(await strimziCrds(hooks)),
  await postgresCrd(hooks),
];

const crdsOfModule = async ({ module, sum, folder }: CrdModule): Promise<Crd[]> => {
  const output = await runTied('go', ['mod', 'download', '-json', module], { cwd: here }).catch(
    (cause: unknown) => {
      throw new Error(`${module} could not be fetched: can go reach its module proxy?`, { cause });
    },
  );
  const { Dir, Sum } = JSON.parse(output) as { Dir: string; Sum: string };
  if (Sum !== sum) throw new Error(`${module} is another one than it was: ${Sum}, not ${sum}.`);
  return readCrds(join(Dir, folder));
};

const readCrds = async (folder: string): Promise<Crd[]> => {
  const names = (await readdir(folder)).filter((name) => /\.ya?ml$/.test(name));
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return texts
    .flatMap((text) => parseAllDocuments(text))
    .map((document) => document.toJS() as Crd)
    .filter(({ kind }) => kind === 'CustomResourceDefinition');
};

/** Strimzi's own CRDs are in no registry, its classes are: the fields and their types are the same. */
const strimziCrds = async (hooks: StartHooks): Promise<Crd[]> => {
  const pom = join(here, 'strimzi-pom.xml');
  const jars = await ensureFetched(
    {
      name: 'make k8s-check',
      folder: 'strimzi-0.51.0',
      part: 'Strimzi',
      what: "36 jars of Strimzi's resources, 19 MB",
      orElse: 'do without make k8s-check: the unit tests hold the manifests against the services',
      goal: copyGoal(pom),
    },
    hooks,
  );
  const folder = await mkdtemp(join(tmpdir(), 'inorder-crds-'));
  try {
    await runTied('java', ['-cp', join(jars, '*'), join(here, 'Crds.java'), folder]);
    // The classes are those of all versions.
    return (await readCrds(folder)).map((crd) => ({
      ...crd,
      spec: {
        ...crd.spec,
        versions: crd.spec.versions.map((each) => ({
          ...(loosened(each) as typeof each),
          name: 'v1',
        })),
      },
    }));
  } finally {
    await rm(folder, { recursive: true });
  }
};

const anything = { 'x-kubernetes-preserve-unknown-fields': true };

/**
 * Allows what Java's types do not say: any value where a class has a map of objects, and the fields of subclasses, which
 * are told apart by `type`.
 */
const loosened = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(loosened);
  if (typeof schema !== 'object' || schema === null) return schema;
  const fields = Object.fromEntries(
    Object.entries(schema).map(([name, value]) => [name, loosened(value)]),
  );
  const { properties, additionalProperties } = fields as {
    properties?: { type?: { type?: string } };
    additionalProperties?: { type?: string; properties?: unknown };
  };
  if (additionalProperties?.type === 'object' && additionalProperties.properties === undefined)
    return { ...fields, additionalProperties: anything };
  return properties?.type?.type === 'string' ? { ...fields, ...anything } : fields;
};
