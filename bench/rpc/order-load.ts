import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LomsService, OrderCreateRequestSchema } from '#gen/loms/v1/loms_pb.ts';
import type { Environment } from './environment.ts';
import { runH2load, type Loaded } from './h2load.ts';
import { writeRequest } from './messages.ts';

/** The number of concurrent buyers. Each buys two skus of its own, so that none waits for another's rows. */
export const buyers = 32;
export const firstSku = 6_100_000_000_000n;
export const userId = 5_100_000_000_000n;

export const skusOf = (buyer: number): [bigint, bigint] => {
  const first = firstSku + BigInt(2 * buyer);
  return [first, first + 1n];
};

export const itemsOf = (buyer: number) => skusOf(buyer).map((sku) => ({ sku, count: 1 }));

const rpc = `${LomsService.typeName}/OrderCreate`;
const bodyOf = (folder: string, buyer: number) => join(folder, `order-create.${buyer}`);

/** Adds practically unlimited stock of what buyers order. */
export const addStock = async ({ query }: Pick<Environment, 'query'>): Promise<void> => {
  await query(
    `INSERT INTO loms.stocks (sku, total_count, reserved)
     SELECT $1::bigint + n, 1000000000000, 0 FROM generate_series(0, $2) n`,
    [firstSku, 2 * buyers - 1],
  );
};

/** Adds stock, and writes a request file for each buyer. */
export const prepareOrders = async (environment: Environment): Promise<void> => {
  await addStock(environment);
  const { folder } = environment;
  for (let buyer = 0; buyer < buyers; buyer += 1) {
    const message = { userId, items: itemsOf(buyer) };
    const file = bodyOf(folder, buyer);
    await writeRequest({ file, protocol: 'grpc', schema: OrderCreateRequestSchema, message });
  }
};

interface OrderLoad {
  grpcPort: number;
  seconds: number;
}

/**
 * Places orders as fast as answers come, one at a time for each buyer, and returns the orders a second. Each buyer is
 * an h2load process, because one process has only one body.
 */
export const placeOrders = async (environment: Environment, load: OrderLoad): Promise<number> => {
  const all = await Promise.all(
    Array.from({ length: buyers }, (_, buyer) => run(environment, load, { buyer, streams: 1 })),
  );
  return all.reduce((sum, { perSecond }) => sum + perSecond, 0);
};

/**
 * Places orders at a steady rate, whether or not answers have come. Returns the milliseconds from the moment at which
 * each order was due to its answer, so that the time for which an order waited for its turn counts, too.
 */
export const placeOrdersSteadily = async (
  environment: Environment,
  { perSecond, ...load }: OrderLoad & { perSecond: number },
): Promise<number[]> => {
  const each = perSecond / buyers;
  const latencies = await Promise.all(
    Array.from({ length: buyers }, async (_, buyer) => {
      const logFile = join(environment.folder, `latency.${buyer}`);
      await run(environment, load, { buyer, streams: 64, perSecond: each, logFile });
      return readLatencies(await readFile(logFile, 'utf8'), each);
    }),
  );
  return latencies.flat();
};

interface Buyer {
  buyer: number;
  streams: number;
  perSecond?: number;
  logFile?: string;
}

const run = (
  { tools, folder }: Environment,
  { grpcPort, seconds }: OrderLoad,
  { buyer, ...how }: Buyer,
): Promise<Loaded> =>
  runH2load({
    ...how,
    h2load: tools.h2load,
    url: `http://127.0.0.1:${grpcPort}/${rpc}`,
    protocol: 'grpc',
    body: bodyOf(folder, buyer),
    connections: 1,
    amount: { seconds },
  });

const readLatencies = (log: string, perSecond: number): number[] => {
  const calls = log
    .trim()
    .split('\n')
    .map((line) => line.split('\t').map(Number))
    .map(([startUs = NaN, , tookUs = NaN]) => ({
      startMs: startUs / 1_000,
      tookMs: tookUs / 1_000,
    }))
    .sort((a, b) => a.startMs - b.startMs);
  // the latest schedule for which no call was sent early
  const late = calls.map(({ startMs }, i) => startMs - (i * 1_000) / perSecond);
  const beginMs = Math.min(...late);
  return calls.map(({ tookMs }, i) => (late[i] ?? NaN) - beginMs + tookMs);
};
