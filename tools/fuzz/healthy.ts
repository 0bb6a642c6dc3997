import type { RunningService } from '../../testing/services/start-service.ts';
import type { Subject } from './subject.ts';

export interface HealthyCalls {
  answered: number;
  slowestMs: number;
  /** Descriptions of what went wrong; there must be none. */
  faults: string[];
}

const patienceMs = 10_000;

/**
 * Sends valid requests over every protocol, one after the other until the signal aborts, as normal clients would
 * during an attack.
 */
export const keepCalling = async (
  { clients }: RunningService,
  { protocols, validCall }: Subject,
  signal: AbortSignal,
): Promise<HealthyCalls> => {
  const seen: HealthyCalls = { answered: 0, slowestMs: 0, faults: [] };
  for (let turn = 0; !signal.aborted; turn += 1) {
    const protocol = protocols[turn % protocols.length] ?? 'grpc';
    const { method, request } = validCall(turn);
    const startedMs = performance.now();
    const limit = AbortSignal.timeout(patienceMs);
    const { code, message } = await clients[protocol]
      .call(method, request, { signal: limit })
      .catch((error: unknown) => ({ code: 'failed', message: String(error) }));
    seen.slowestMs = Math.max(seen.slowestMs, performance.now() - startedMs);
    if (code === 'OK' || code.startsWith('20')) seen.answered += 1;
    else seen.faults.push(`a valid ${method.name} over ${protocol}: ${code} ${message ?? ''}`);
  }
  return seen;
};
