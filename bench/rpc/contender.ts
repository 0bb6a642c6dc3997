import { join } from 'node:path';
import { LomsService, StocksInfoRequestSchema } from '#gen/loms/v1/loms_pb.ts';
import type { Bench } from './bench.ts';
import { createCounter } from './counts.ts';
import { runH2load, type Load } from './h2load.ts';
import { prefixBytes, writeRequest } from './messages.ts';
import type { RunningServer } from './servers.ts';
import { stocksInfoAnswerBytes, stocksInfoRequest } from './stocks-info.ts';

export type Protocol = Load['protocol'];

/** A server that answers StocksInfo and takes turns with others under load. */
export interface Contender {
  name: string;
  /** Returns the calls a second over `requests` calls; fails unless all are answered correctly. */
  measure(requests: number): Promise<number>;
  /** Warms the server up, and returns the approximate calls a second that it then reaches. */
  warmUp(seconds: number): Promise<number>;
}

// enough calls for a first estimate of the rate
const firstRequests = 5_000;
const rpc = `${LomsService.typeName}/StocksInfo`;
// Both servers have 64 calls in flight; an HTTP/1.1 connection carries one call at a time.
const inFlight = {
  grpc: { connections: 4, streams: 16 },
  connect: { connections: 64, streams: 1 },
};

/** `counts` says whether the server has /metrics, which must then report the same number of successful calls. */
export const createContender = async (
  { environment }: Pick<Bench, 'environment'>,
  server: RunningServer,
  { protocol, counts }: { protocol: Protocol; counts: boolean },
): Promise<Contender> => {
  const body = join(environment.folder, `stocks-info.${protocol}`);
  await writeRequest({
    file: body,
    protocol,
    schema: StocksInfoRequestSchema,
    message: stocksInfoRequest,
  });
  const port = protocol === 'grpc' ? server.grpcPort : server.httpPort;
  const url = `http://127.0.0.1:${port}/${rpc}`;
  const load = { h2load: environment.tools.h2load, url, protocol, body, ...inFlight[protocol] };
  const count = counts ? createCounter(server.httpPort, rpc) : undefined;
  const measure = async (requests: number): Promise<number> => {
    const { perSecond, bodyBytes } = await runH2load({ ...load, amount: { requests } });
    // a refusal over gRPC has status 200 and no body
    const expected = requests * (prefixBytes[protocol] + stocksInfoAnswerBytes);
    if (bodyBytes !== expected)
      throw new Error(`${server.name}: ${bodyBytes} bytes of answers, not ${expected}`);
    const counted = await count?.();
    if (counted && (counted['OK'] !== requests || Object.keys(counted).length !== 1))
      throw new Error(`${server.name} counted ${JSON.stringify(counted)}, not ${requests} OK`);
    return perSecond;
  };
  return {
    name: server.name,
    measure,
    warmUp: async (seconds) => measure(Math.ceil((await measure(firstRequests)) * seconds)),
  };
};
