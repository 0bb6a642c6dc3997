import { LomsService } from '#gen/loms/v1/loms_pb.ts';
import type { Figure } from '../../outbox/bench.ts';
import { atLeast, atMost, plain } from '../../outbox/figures.ts';
import { percentile } from '../../outbox/statistics.ts';
import type { Bench, BenchCase } from '../bench.ts';
import { createCounter, type CountCalls } from '../counts.ts';
import { openOrderBook, type OrderBook } from '../order-book.ts';
import { buyers, placeOrders, placeOrdersSteadily, prepareOrders } from '../order-load.ts';
import { writeOrderScript } from '../order-script.ts';
import { runPgbench, runPgbenchSteadily, type Ran, type Transactions } from '../pgbench.ts';
import { startLoms, type RunningServer } from '../servers.ts';
import { takeTurns, type Turns } from '../take-turns.ts';

const steadySeconds = 15;

/** OrderCreate compared with pgbench running the same statements, and then at half its own rate. */
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
      return [
        ...figuresOf(turns),
        ...latencyFigures(half, {
          loms: await measureLatencies(bench, loms, half),
          pgbench: await measurePgbenchLatencies(bench, script, half),
        }),
      ];
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
  const measureLoms = async () => {
    const perSecond = await placeOrders(environment, { grpcPort, seconds });
    checkOrders(await count(), await book.countNew());
    return perSecond;
  };
  const transactions = transactionsOf(environment, script, seconds);
  const measurePgbench = async () => checkTransactions(await runPgbench(transactions), book);
  await measurePgbench();
  await measureLoms();
  return takeTurns(bench, [
    { name: 'loms', measure: measureLoms },
    { name: 'pgbench', measure: measurePgbench },
  ]);
};

const transactionsOf = (
  { tools, databaseUrl }: Bench['environment'],
  script: string,
  seconds: number,
): Transactions => ({ pgbench: tools.pgbench, databaseUrl, script, clients: buyers, seconds });

type Counts = Awaited<ReturnType<CountCalls>>;

/** At the end h2load cuts off the calls in flight, whose orders may have been saved. */
const checkOrders = ({ OK: ok = 0, CANCELLED: cut = 0, ...others }: Counts, orders: number) => {
  const isRight = orders >= ok && orders <= ok + cut && cut <= buyers;
  if (isRight && ok > 0 && Object.keys(others).length === 0) return;
  const answers = JSON.stringify({ ok, cut, ...others });
  throw new Error(`${orders} orders were saved, and the answers were ${answers}`);
};

const checkTransactions = async (
  { transactions, perSecond }: Ran,
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
  // A call that h2load cut off at the end, or could not even send, counts as one that took for ever.
  const missing = Math.max(0, Math.floor(perSecond * steadySeconds) - latencies.length);
  return [...latencies, ...Array.from({ length: missing }, () => Infinity)];
};

/** The latencies of the database and the machine at this rate, without a service in between. */
const measurePgbenchLatencies = async (
  { environment, say }: Bench,
  script: string,
  perSecond: number,
): Promise<number[]> => {
  say(`the same rate with pgbench, ${steadySeconds} s`);
  const book = await openOrderBook(environment);
  const transactions = transactionsOf(environment, script, steadySeconds);
  const ran = await runPgbenchSteadily(transactions, { perSecond, folder: environment.folder });
  await checkTransactions(ran, book);
  return ran.latenciesMs;
};

const figuresOf = (turns: Turns): Figure[] => [
  plain('OrderCreate, 32 in flight, orders/s: loms', turns.rate('loms')),
  plain('OrderCreate, orders/s: pgbench, 32 clients', turns.rate('pgbench')),
  atLeast(plain('OrderCreate: loms to pgbench', turns.ratio('loms', 'pgbench'), 2), 0.8),
];

const latencyFigures = (
  half: number,
  { loms, pgbench }: Record<'loms' | 'pgbench', readonly number[]>,
): Figure[] => {
  const p99 = percentile(loms, 0.99);
  const reference = percentile(pgbench, 0.99);
  return [
    plain('OrderCreate at half of its rate: orders/s', half),
    plain('OrderCreate at half of its rate: p50 ms', percentile(loms, 0.5), 1),
    atMost(plain('OrderCreate at half of its rate: p99 ms', p99, 1), 25),
    plain('pgbench at the same rate: p50 ms', percentile(pgbench, 0.5), 1),
    plain('pgbench at the same rate: p99 ms', reference, 1),
    plain('p99 at half of its rate: loms to pgbench', p99 / reference, 2),
  ];
};
