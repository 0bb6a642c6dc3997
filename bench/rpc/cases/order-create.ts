import { LomsService } from '#gen/loms/v1/loms_pb.ts';
import type { Figure } from '../../outbox/bench.ts';
import { atLeast, atMost, plain } from '../../outbox/figures.ts';
import { percentile } from '../../outbox/statistics.ts';
import type { Bench, BenchCase } from '../bench.ts';
import { createCounter, type CountCalls } from '../counts.ts';
import { openOrderBook, type OrderBook } from '../order-book.ts';
import { buyers, placeOrders, placeOrdersSteadily, prepareOrders } from '../order-load.ts';
import { writeOrderScript } from '../order-script.ts';
import { runPgbench } from '../pgbench.ts';
import { startLoms, type RunningServer } from '../servers.ts';
import { takeTurns, type Turns } from '../take-turns.ts';

const steadySeconds = 15;

/** OrderCreate beside pgbench with the same statements, then at half of its rate. */
export const orderCreateCase: BenchCase = {
  name: 'orders',
  about: 'OrderCreate over gRPC, beside pgbench of the same statements, and its latency',
  run: async (bench) => {
    await prepareOrders(bench.environment);
    const script = await writeOrderScript(bench.environment);
    const loms = await startLoms(bench.environment.databaseUrl);
    try {
      const turns = await compare(bench, loms, script);
      const half = turns.rate('loms') / 2;
      return figuresOf(turns, half, await measureLatencies(bench, loms, half));
    } finally {
      await loms.stop();
    }
  },
};

const compare = async (bench: Bench, loms: RunningServer, script: string): Promise<Turns> => {
  const { environment, seconds } = bench;
  const { grpcPort } = loms;
  const count = createCounter(loms.httpPort, `${LomsService.typeName}/OrderCreate`);
  const book = await openOrderBook(environment);
  const { tools, databaseUrl } = environment;
  const measureLoms = async () => {
    const perSecond = await placeOrders(environment, { grpcPort, seconds });
    checkOrders(await count(), await book.countNew());
    return perSecond;
  };
  const transactions = { pgbench: tools.pgbench, databaseUrl, script, clients: buyers, seconds };
  const measurePgbench = async () => checkTransactions(await runPgbench(transactions), book);
  await measurePgbench();
  await measureLoms();
  return takeTurns(bench, [
    { name: 'loms', measure: measureLoms },
    { name: 'pgbench', measure: measurePgbench },
  ]);
};

type Counts = Awaited<ReturnType<CountCalls>>;

/** h2load cuts off those under way at the end: their orders may have been saved. */
const checkOrders = ({ OK: ok = 0, CANCELLED: cut = 0, ...others }: Counts, orders: number) => {
  const isRight = orders >= ok && orders <= ok + cut && cut <= buyers;
  if (isRight && ok > 0 && Object.keys(others).length === 0) return;
  const answers = JSON.stringify({ ok, cut, ...others });
  throw new Error(`${orders} orders were saved, and the answers were ${answers}`);
};

const checkTransactions = async (
  { transactions, perSecond }: Awaited<ReturnType<typeof runPgbench>>,
  book: OrderBook,
): Promise<number> => {
  const orders = await book.countNew();
  if (orders !== transactions)
    throw new Error(`${orders} orders were saved by ${transactions} transactions of pgbench`);
  return perSecond;
};

const measureLatencies = async (
  { environment, say }: Bench,
  { grpcPort }: RunningServer,
  perSecond: number,
): Promise<number[]> => {
  say(`${perSecond.toFixed(0)} orders/s for ${steadySeconds} s`);
  const load = { grpcPort, seconds: steadySeconds, perSecond };
  const latencies = await placeOrdersSteadily(environment, load);
  // those that h2load cut off at the end, and any that it could not even send, have taken for ever
  const missing = Math.max(0, Math.floor(perSecond * steadySeconds) - latencies.length);
  return [...latencies, ...Array.from({ length: missing }, () => Infinity)];
};

const figuresOf = (turns: Turns, half: number, latencies: readonly number[]): Figure[] => [
  plain('OrderCreate, 32 in flight, orders/s: loms', turns.rate('loms')),
  plain('OrderCreate, orders/s: pgbench, 32 clients', turns.rate('pgbench')),
  atLeast(plain('OrderCreate: loms to pgbench', turns.ratio('loms', 'pgbench'), 2), 0.8),
  plain('OrderCreate at half of its rate: orders/s', half),
  plain('OrderCreate at half of its rate: p50 ms', percentile(latencies, 0.5), 1),
  atMost(plain('OrderCreate at half of its rate: p99 ms', percentile(latencies, 0.99), 1), 25),
];
