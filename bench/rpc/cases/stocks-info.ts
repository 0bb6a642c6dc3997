import type { Figure } from '../../outbox/bench.ts';
import { atLeast, plain } from '../../outbox/figures.ts';
import type { Bench, BenchCase } from '../bench.ts';
import { createContender, type Contender, type Protocol } from '../contender.ts';
import { startConstant, startEcho, startLoms, type RunningServer } from '../servers.ts';
import { takeTurns, type Turns } from '../take-turns.ts';

const warmUpSeconds = 3;

interface Wanted {
  protocol: Protocol;
  /**
   * The targets as ratios to the echo server: for the service, and for the service with a constant instead of its
   * query.
   */
  loms: number;
  constant: number;
}

const stocksInfoCase = (wanted: Wanted): BenchCase => ({
  name: `stocks-${wanted.protocol}`,
  about: `StocksInfo over ${wanted.protocol === 'grpc' ? 'gRPC' : 'Connect'}, beside a bare echo`,
  run: async (bench) => {
    const servers: RunningServer[] = [];
    try {
      servers.push(await startEcho(wanted.protocol));
      servers.push(await startConstant(), await startLoms(bench.environment.databaseUrl));
      return figuresOf(await measure(bench, wanted.protocol, servers), wanted);
    } finally {
      for (const server of servers) await server.stop();
    }
  },
});

export const grpcCase = stocksInfoCase({ protocol: 'grpc', loms: 0.6, constant: 0.85 });
export const connectCase = stocksInfoCase({ protocol: 'connect', loms: 0.7, constant: 0.9 });

const measure = async (
  bench: Bench,
  protocol: Protocol,
  servers: RunningServer[],
): Promise<Turns> => {
  const turnOf = async (contender: Contender) => {
    const perSecond = await contender.warmUp(warmUpSeconds);
    const requests = Math.ceil(perSecond * bench.seconds);
    return { name: contender.name, measure: () => contender.measure(requests) };
  };
  const turns = [];
  for (const [i, server] of servers.entries())
    turns.push(await turnOf(await createContender(bench, server, { protocol, counts: i > 0 })));
  return takeTurns(bench, turns);
};

const figuresOf = (turns: Turns, { protocol, loms, constant }: Wanted): Figure[] => {
  const name = protocol === 'grpc' ? 'gRPC' : 'Connect';
  const bare = protocol === 'grpc' ? 'bare grpc-js echo' : 'bare connect-node echo';
  const echo = `${protocol} echo`;
  const ratio = (what: string, of: string) => plain(what, turns.ratio(of, echo), 2);
  return [
    plain(`StocksInfo, ${name}, calls/s: ${bare}`, turns.rate(echo)),
    plain(`StocksInfo, ${name}, calls/s: loms`, turns.rate('loms')),
    plain(`StocksInfo, ${name}, calls/s: loms, constant for the query`, turns.rate('constant')),
    atLeast(ratio(`StocksInfo, ${name}: loms to echo`, 'loms'), loms),
    atLeast(ratio(`StocksInfo, ${name}: constant to echo`, 'constant'), constant),
  ];
};
