// `make k8s-secrets`: the SecretStore and the ExternalSecrets of the overlay `production`, in the cluster of kubectl.
import { join } from 'node:path';
import { checkout } from '../folders.ts';
import { currentContext, runClusterTool } from './cluster-tools.ts';
import { placesToFill } from './places-to-fill.ts';

const folder = 'deploy/k8s/overlays/production/secrets';

try {
  const places = placesToFill();
  if (places.length > 0)
    throw new Error(
      `These places still say REPLACE_ME:\n${places.map((place) => `  ${place}`).join('\n')}\nSay there what your cluster has, and try again. Nothing was changed.`,
    );
  console.log(`Applying ${folder} to ${await currentContext()}.`);
  const namespace = join(checkout, 'deploy/k8s/base/namespace.yaml');
  for (const args of [
    ['-f', namespace],
    ['-k', join(checkout, folder)],
  ]) {
    const flags = ['--server-side', ...args];
    console.log((await runClusterTool('kubectl', ['apply', ...flags])).trim());
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
