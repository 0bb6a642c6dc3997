import { waitFor } from '../wait-for.ts';
import type { TestProcess } from '../engines/process.ts';
import { launchService, portOf } from './start-service.ts';

/** Runs a service without RPCs until it is ready. `killLeftServices` ends what a failed test has left. */
export const startReady = async (
  name: string,
  env: Readonly<Record<string, string>>,
): Promise<TestProcess> => {
  const service = launchService(name, env);
  const port = await portOf(service, 'HTTP is open');
  await waitFor(() => isReady(`http://127.0.0.1:${port}/readyz`), {
    what: `${name} to be ready`,
    timeoutMs: 60_000,
  });
  return service;
};

const isReady = (url: string): Promise<boolean> =>
  fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
