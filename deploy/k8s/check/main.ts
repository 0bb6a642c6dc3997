// `make k8s-check`: every manifest of both overlays, held against the services' manifests, and applied as a dry run to a real
// API server that knows the operators' resources.
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { sleep } from '#platform/base/sleep.ts';
import { checkout } from '../../folders.ts';
import { ensureGoPrograms } from '../../local/go-programs.ts';
import { runTied } from '../../local/run-tied.ts';
import { faultsOf } from '../faults.ts';
import { placesToFill } from '../places-to-fill.ts';
import type { Api, ApiObject } from './api.ts';
import { startApiServer } from './api-server.ts';
import { loadCrds } from './crds.ts';
import { podsOf, refusedPods } from './pods-of.ts';

const hooks = { say: (line: string) => console.log(line) };
const dryRun = { isDryRun: true };

const render = async (programs: string, overlay: string): Promise<ApiObject[]> => {
  const folder = join(checkout, 'deploy/k8s/overlays', overlay);
  const text = await runTied(join(programs, 'kustomize'), ['build', folder]);
  return parseAllDocuments(text).map((document) => document.toJS() as ApiObject);
};

/** A dry run needs the namespace and the operators' resources to be there. */
const prepare = async (api: Api, namespace: ApiObject): Promise<number> => {
  const crds = await loadCrds(hooks);
  await api.apply(namespace);
  for (const crd of crds) await api.apply(crd);
  for (const { spec } of crds)
    await known(api, `/apis/${spec.group}/${spec.versions[0]?.name ?? ''}`);
  return crds.length;
};

const known = async (api: Api, path: string): Promise<void> => {
  const deadline = performance.now() + 60_000;
  while (
    !(await api.get(path).then(
      () => true,
      () => false,
    ))
  ) {
    if (performance.now() > deadline) throw new Error(`The server does not come to know ${path}.`);
    await sleep(200);
  }
};

const refusalOf = (api: Api, object: ApiObject): Promise<string | undefined> =>
  api.apply(object, dryRun).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );

const check = async (api: Api, objects: ApiObject[]): Promise<string[]> => {
  const faults = await faultsOf(objects);
  for (const object of [...objects, ...podsOf(objects)]) {
    const refusal = await refusalOf(api, object);
    if (refusal !== undefined) faults.push(`${object.kind} ${object.metadata.name}: ${refusal}`);
  }
  return faults;
};

/** A server that accepts everything would prove nothing. */
const requireStrict = async (api: Api): Promise<void> => {
  for (const [what, pod] of Object.entries(refusedPods))
    if ((await refusalOf(api, pod)) === undefined)
      throw new Error(`The server accepts ${what}: it does not check what it should.`);
};

const main = async (): Promise<number> => {
  const programs = await ensureGoPrograms(
    {
      module: join(checkout, 'deploy/k8s/check'),
      command: 'make k8s-check',
      names: 'kube-apiserver, etcd and kustomize',
      what: 'fetching their sources and building them with Go, usually ten to twenty minutes',
      orElse: 'The unit tests hold the manifests against the services without it.',
    },
    hooks,
  );
  const server = await startApiServer(programs, hooks);
  let faultCount = 0;
  try {
    const overlays = globSync('*', { cwd: join(checkout, 'deploy/k8s/overlays') }).toSorted();
    const rendered = await Promise.all(overlays.map((overlay) => render(programs, overlay)));
    const namespace = rendered.flat().find(({ kind }) => kind === 'Namespace');
    if (namespace === undefined) throw new Error('The overlays have no namespace.');
    const crds = await prepare(server.api, namespace);
    await requireStrict(server.api);
    console.log(`kube-apiserver: knows ${crds} kinds of operators, and refuses what it should`);
    for (const [n, objects] of rendered.entries()) {
      const faults = await check(server.api, objects);
      console.log(
        `overlay ${overlays[n] ?? ''}: ${objects.length} objects, ${faults.length} faults`,
      );
      for (const fault of faults) console.log(`  ${fault}`);
      faultCount += faults.length;
    }
    const places = placesToFill();
    if (places.length > 0) console.log(`Still to be filled in: ${places.join(', ')}`);
  } finally {
    await server.close();
  }
  return faultCount === 0 ? 0 : 1;
};

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
