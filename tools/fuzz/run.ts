import { readFile } from 'node:fs/promises';
import { startLoms, type RunningLoms } from '../../testing/loms/start-loms.ts';
import type { LomsTables } from '../../testing/loms/tables.ts';
import type { Attack } from './attack.ts';
import { measureHeap } from './heap.ts';
import { holdSockets } from './held-sockets.ts';
import { keepCalling, type HealthyCalls } from './healthy.ts';
import { openPostMortem } from './post-mortem.ts';
import { findTableFaults } from './table-faults.ts';
import { createVolley } from './volley.ts';

export interface FuzzOptions {
  databaseUrl: string;
  tables: LomsTables;
  attacks: readonly Attack[];
  seconds: number;
  seed: number;
  say: (line: string) => void;
}

export interface FuzzResult {
  strikes: number;
  /** How often each answer came, by attack. */
  answers: ReadonlyMap<string, number>;
  healthy: HealthyCalls;
  heapGrowthMiB: number;
  residentMiB: number;
  /** Descriptions of what went wrong; there must be none. */
  faults: readonly string[];
}

// The share of the time before memory is measured: caches fill and code is compiled meanwhile.
const warmUpShare = 0.3;
const maxHeapGrowthMiB = 8;
const mib = 1_048_576;

/** Attacks its own loms for so many seconds, with valid requests alongside, and returns what went wrong. */
export const runFuzz = async (options: FuzzOptions): Promise<FuzzResult> => {
  const { tables, seconds, say } = options;
  const sku = Number(await tables.addStock(1_000_000_000));
  const postMortem = await openPostMortem();
  const loms = await startLoms(options.databaseUrl, {
    NODE_OPTIONS: `--inspect=127.0.0.1:0 ${postMortem.nodeOptions}`,
    LOG_LEVEL: 'info',
  });
  try {
    await postMortem.allowCore(loms.process.pid);
    const target = { grpcPort: loms.grpcPort, httpPort: loms.httpPort, sku };
    const inspector = await inspectorOf(loms);
    const heapOf = () => measureHeap(inspector).catch(() => NaN);
    const rest = new AbortController();
    const calls = keepCalling(loms, target, rest.signal);
    const held = holdSockets(target, rest.signal);
    const volley = createVolley({ ...options, target, loms, postMortem });
    await volley.fire(seconds * warmUpShare);
    const heapBefore = await heapOf();
    say(`warmed up: ${volley.strikes()} strikes, heap ${(heapBefore / mib).toFixed(1)} MiB`);
    await volley.fire(seconds * (1 - warmUpShare));
    rest.abort();
    const [healthy] = await Promise.all([calls, held]);
    const heapGrowthMiB = ((await heapOf()) - heapBefore) / mib;
    const faults = [...(await volley.end()), ...healthy.faults, ...logFaults(loms)];
    if (!(heapGrowthMiB <= maxHeapGrowthMiB)) faults.push(`the heap grew by ${heapGrowthMiB} MiB`);
    faults.push(...(await findTableFaults(loms.url, tables, volley.answers)));
    const residentMiB = await residentOf(loms.process.pid);
    const { answers } = volley;
    return { strikes: volley.strikes(), answers, healthy, heapGrowthMiB, residentMiB, faults };
  } finally {
    loms.process.kill('SIGKILL');
    loms.closeClients();
    await loms.process.exit;
    await postMortem.close();
  }
};

const inspectorOf = async ({ process }: RunningLoms): Promise<string> => {
  const line = await process.waitForLine((each) => each.startsWith('Debugger listening on ws:'));
  return line.slice(line.indexOf('ws:'));
};

const logFaults = (loms: RunningLoms): string[] =>
  loms
    .log()
    .filter(({ level }) => level === 'error' || level === 'fatal')
    .map((entry) => `logged: ${JSON.stringify(entry).slice(0, 2_000)}`);

const residentOf = async (pid: number): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024;
};
