// `make bench-rpc`: measures the RPC servers with load generators not written in Node, and compares the figures with
// their targets.
import { leaveWhenIdle } from '../deploy/local/leave-when-idle.ts';
import type { Figure } from './outbox/bench.ts';
import { reportFigures } from './report-figures.ts';
import { cases } from './rpc/cases.ts';
import { openEnvironment } from './rpc/environment.ts';
import { readOptionsOrExit, type Options } from './rpc/options.ts';
import { findTools } from './rpc/tools.ts';

const measure = async ({ only, rounds, seconds }: Options): Promise<Figure[]> => {
  const environment = await openEnvironment(await findTools());
  try {
    const say = (text: string) => console.log(`  ${text}`);
    const figures: Figure[] = [];
    for (const { name, run } of only) {
      console.log(`${name} …`);
      figures.push(...(await run({ environment, rounds, seconds, say })));
    }
    return figures;
  } finally {
    await environment.close();
  }
};

leaveWhenIdle();
const options = readOptionsOrExit(process.argv.slice(2));
const startedMs = performance.now();
const figures = await measure(options);
const notes = `Each thing in turn for ${options.seconds} s, ${options.rounds} rounds; rates are medians, ratios the medians of the rounds' ratios.
Load: h2load. StocksInfo: 64 in flight, on 4 connections (gRPC) or 64 (Connect, HTTP/1.1, binary). The echoes are
grpc-js and connect-node as they come, with the same messages. OrderCreate: 32 in flight, two items, each its own skus.
pgbench: 32 clients, -M prepared, the statements as loms sends them, with other ids; Postgres writes to disk in earnest.
Every answer is checked: bytes, status, the service's own counts, and for orders the rows in the database.
Latency is from the moment at which a request was due, not from when it could be sent, to the end of its answer.`;
const isPartial = options.only.length < cases.length;
await reportFigures({ name: 'rpc', figures, notes, startedMs, isPartial });
