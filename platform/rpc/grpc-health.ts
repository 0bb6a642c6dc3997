import type { Server } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import type { Readiness } from '../readiness.ts';

const refreshMs = 1_000;

/**
 * Serves grpc.health.v1: every service, and '' for the process, is SERVING while the process is ready.
 * Asks the readiness once a second, and turns NOT_SERVING as soon as the process stops. Who watches is
 * told of changes only.
 */
export const startGrpcHealth = async (
  server: Server,
  serviceNames: readonly string[],
  readiness: Readiness,
): Promise<{ close(): void }> => {
  const names = ['', ...serviceNames];
  const health = new HealthImplementation();
  health.addToServer(server);

  let told: boolean | undefined;
  const set = (isServing: boolean) => {
    if (isServing === told) return;
    told = isServing;
    for (const name of names) health.setStatus(name, isServing ? 'SERVING' : 'NOT_SERVING');
  };
  const refresh = async () => {
    const { ready } = await readiness.report();
    set(ready && !readiness.stopping.aborted);
  };
  const turnOff = () => set(false);

  await refresh();
  readiness.stopping.addEventListener('abort', turnOff, { once: true });
  const timer = setInterval(() => void refresh(), refreshMs).unref();
  return {
    close: () => {
      clearInterval(timer);
      readiness.stopping.removeEventListener('abort', turnOff);
      turnOff();
    },
  };
};
