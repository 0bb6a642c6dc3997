import { LomsService } from '#gen/loms/v1/loms_pb.ts';
import { protocols, type RunningLoms } from '../../testing/loms/start-loms.ts';
import type { Target } from './attack.ts';

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
  { clients }: RunningLoms,
  { sku }: Target,
  signal: AbortSignal,
): Promise<HealthyCalls> => {
  const seen: HealthyCalls = { answered: 0, slowestMs: 0, faults: [] };
  const { orderCreate, stocksInfo } = LomsService.method;
  const order = { userId: 1n, items: [{ sku: BigInt(sku), count: 1 }] };
  for (let turn = 0; !signal.aborted; turn += 1) {
    const protocol = protocols[turn % protocols.length] ?? 'grpc';
    const [method, request] =
      turn % 20 < protocols.length ? [orderCreate, order] : [stocksInfo, { sku: BigInt(sku) }];
    const startedMs = performance.now();
    const limit = AbortSignal.timeout(patienceMs);
    const { code, message } = await clients[protocol]
      .call(method, request, { signal: limit })
      .catch((error: unknown) => ({ code: 'failed', message: String(error) }));
    seen.slowestMs = Math.max(seen.slowestMs, performance.now() - startedMs);
    if (code === 'OK' || code === '200') seen.answered += 1;
    else seen.faults.push(`a valid ${method.name} over ${protocol}: ${code} ${message ?? ''}`);
  }
  return seen;
};
