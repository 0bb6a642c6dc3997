// `make bench-rpc`: the front door under a load that is not made by Node, held against the figures to reach.
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { leaveWhenIdle } from '../deploy/local/leave-when-idle.ts';
import type { Figure } from './outbox/bench.ts';
import { figuresTable } from './outbox/figures.ts';
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
const table = figuresTable(await measure(options));
const minutes = ((performance.now() - startedMs) / 60_000).toFixed(1);
const machine = `${cpus().length} cores (${cpus()[0]?.model ?? '?'}), ${Math.round(totalmem() / 2 ** 30)} GiB`;
const notes = `${new Date().toISOString().slice(0, 10)}, ${machine}, everything on one machine, ${minutes} minutes.
Each thing in turn for ${options.seconds} s, ${options.rounds} rounds; rates are medians, ratios the medians of the rounds' ratios.
Load: h2load. StocksInfo: 64 in flight, on 4 connections (gRPC) or 64 (Connect, HTTP/1.1, binary). The echoes are
grpc-js and connect-node as they come, with the same messages. OrderCreate: 32 in flight, two items, each its own skus.
pgbench: 32 clients, -M prepared, the statements as loms sends them, with other ids; Postgres writes to disk in earnest.
Every answer is checked: bytes, status, the service's own counts, and for orders the rows in the database.
Latency is from the moment at which a request was due, not from when it could be sent, to the end of its answer.`;
console.log(`\n${table}\n\n${notes}`);
if (options.only.length === cases.length) {
  await mkdir('bench/results', { recursive: true });
  await writeFile('bench/results/rpc.md', `# bench-rpc\n\n${notes}\n\n\`\`\`\n${table}\n\`\`\`\n`);
} else {
  console.log('\nnot written to bench/results: a run of all cases is');
}
