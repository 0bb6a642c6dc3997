import { findFreePort } from '../../platform/testing/free-port.ts';
import { waitFor } from '../../platform/testing/wait-for.ts';
import { startProcess, type ProcessOptions, type TestProcess } from './process.ts';

const started = new Set<TestProcess>();

/** Runs a service on a port of its own, until it is ready. */
export const startService = async ({ env, ...options }: ProcessOptions): Promise<TestProcess> => {
  const port = String(await findFreePort());
  const service = startProcess({ ...options, env: { HTTP_PORT: port, ...env } });
  started.add(service);
  void service.exit.then(() => started.delete(service));
  await waitFor(() => isReady(`http://127.0.0.1:${port}/readyz`), {
    what: `${service.name} to be ready`,
    timeoutMs: 20_000,
  }).catch((error: unknown) => {
    throw new Error(`Its last lines:\n${service.lines.slice(-20).join('\n')}`, { cause: error });
  });
  return service;
};

/** For `afterEach`: ends by force what a test that failed has left. */
export const killLeftServices = async (): Promise<void> => {
  const left = [...started];
  for (const each of left) each.kill('SIGKILL');
  await Promise.all(left.map(({ exit }) => exit));
};

const isReady = (url: string): Promise<boolean> =>
  fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
