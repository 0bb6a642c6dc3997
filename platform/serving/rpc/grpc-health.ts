import type { handleServerStreamingCall, Server } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import type { Readiness } from '../../base/readiness.ts';
import { stoppingFault } from './errors.ts';
import { toGrpcStatus } from './grpc-status.ts';
import { createOpenStreams, type OpenStreams } from './open-streams.ts';

const refreshMs = 1_000;

/**
 * Serves grpc.health.v1: every service, and '' for the process, is SERVING while the process is ready. Checks
 * readiness once a second, and becomes NOT_SERVING as soon as the process stops. Watchers receive changes
 * only, and their watches end when the server closes.
 */
export const startGrpcHealth = async (
  server: Server,
  serviceNames: readonly string[],
  readiness: Readiness,
): Promise<{ close(): void }> => {
  const names = ['', ...serviceNames];
  const health = new HealthImplementation();
  const watches = createOpenStreams();
  const mounted = Object.create(server) as Server;
  mounted.addService = (definition, handlers) =>
    server.addService(definition, {
      ...handlers,
      watch: stoppedWith(watches, handlers['watch'] as Watch),
    });
  health.addToServer(mounted);

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
      watches.stop();
    },
  };
};

type Watch = handleServerStreamingCall<unknown, unknown>;

/** A watch ends only with its client, and would hold up a graceful stop. */
const stoppedWith =
  (watches: OpenStreams, watch: Watch): Watch =>
  (call) => {
    watch(call);
    const open = { stop: () => void call.emit('error', toGrpcStatus(stoppingFault(''))) };
    call.once('cancelled', () => watches.delete(open));
    watches.add(open);
  };
