import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rm } from 'node:fs/promises';
import { runTied } from '../../deploy/local/run-tied.ts';
import type { Figure } from '../outbox/bench.ts';
import type { Environment } from '../outbox/environment.ts';
import { atLeast, plain } from '../outbox/figures.ts';
import { runPgbench } from '../rpc/pgbench.ts';
import { takeTurns } from '../rpc/take-turns.ts';
import { findTools } from '../rpc/tools.ts';
import { writeAcceptScript } from './statements.ts';

const inFlight = 32;
const seconds = 5;
const rounds = 5;

/** AcceptOrder over gRPC beside pgbench, which sends the same statement. */
export const compareAccept = async (
  environment: Environment,
  grpcPort: number,
): Promise<Figure[]> => {
  const { pgbench } = await findTools();
  const databaseUrl = environment.urlFor('pvz');
  const script = join(tmpdir(), `inorder-bench-accept-${process.pid}.sql`);
  await writeAcceptScript(databaseUrl, script);
  let firstId = 1_000_000_000_000_000n;
  const measurePvz = async (): Promise<number> => {
    const before = await countOrders(environment);
    const { accepted, perSecond } = await acceptMany({ port: grpcPort, seconds, firstId });
    firstId += 10_000_000n;
    const saved = (await countOrders(environment)) - before;
    if (saved !== accepted) throw new Error(`${accepted} were accepted, and ${saved} saved`);
    return perSecond;
  };
  const transactions = { pgbench, databaseUrl, script, clients: inFlight, seconds };
  const measurePgbench = async (): Promise<number> => {
    const before = await countOrders(environment);
    const ran = await runPgbench(transactions);
    const saved = (await countOrders(environment)) - before;
    if (saved !== ran.transactions)
      throw new Error(`${ran.transactions} transactions of pgbench saved ${saved} orders`);
    return ran.perSecond;
  };
  try {
    await measurePgbench();
    await measurePvz();
    const say = (text: string) => console.log(`  ${text}`);
    const turns = await takeTurns({ rounds, say }, [
      { name: 'pvz', measure: measurePvz },
      { name: 'pgbench', measure: measurePgbench },
    ]);
    return [
      plain('AcceptOrder, 32 in flight, orders/s: pvz', turns.rate('pvz')),
      plain('the same statement by pgbench, 32 clients, orders/s', turns.rate('pgbench')),
      atLeast(plain('AcceptOrder: pvz to pgbench', turns.ratio('pvz', 'pgbench'), 2), 0.5),
    ];
  } finally {
    await rm(script, { force: true });
  }
};

interface Load {
  port: number;
  seconds: number;
  firstId: bigint;
}

const acceptMany = async ({ port, ...load }: Load) => {
  const args = [port, load.seconds, inFlight, load.firstId].map(String);
  const output = await runTied(process.execPath, ['bench/pvz/accept-load.ts', ...args]);
  return JSON.parse(output) as { accepted: number; perSecond: number };
};

const countOrders = async (environment: Environment): Promise<number> =>
  (await environment.query<{ n: number }>('SELECT count(*)::int AS n FROM pvz.order_changes'))[0]
    ?.n ?? 0;
