import { readFile } from 'node:fs/promises';
import * as fc from 'fast-check';
import { startLoms, type RunningLoms } from '../loms/start-loms.ts';
import type { LomsTables } from '../loms/tables.ts';
import type { Attack, Target } from './attack.ts';
import { attacks } from './catalogue.ts';
import { measureHeap } from './heap.ts';
import { holdSockets } from './held-sockets.ts';
import { keepCalling, type HealthyCalls } from './healthy.ts';
import { findTableFaults } from './table-faults.ts';
import { faultOf } from './verdict.ts';

export interface FuzzOptions {
  databaseUrl: string;
  tables: LomsTables;
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
  /** Must be empty. */
  faults: readonly string[];
}

// Attacks at a time.
const width = 4;
// Before memory is measured: caches are filled, code is compiled.
const warmUpShare = 0.3;
const maxHeapGrowthMiB = 8;
const mib = 1_048_576;

/** Attacks a loms of its own for so long, with valid requests beside, and says what was not as it should be. */
export const runFuzz = async (options: FuzzOptions): Promise<FuzzResult> => {
  const { tables, seconds, seed, say } = options;
  const sku = Number(await tables.addStock(1_000_000_000));
  const loms = await startLoms(options.databaseUrl, {
    NODE_OPTIONS: '--inspect=127.0.0.1:0',
    LOG_LEVEL: 'info',
  });
  try {
    const target = { grpcPort: loms.grpcPort, httpPort: loms.httpPort, sku };
    const inspector = await inspectorOf(loms);
    const heapOf = () => measureHeap(inspector).catch(() => NaN);
    const rest = new AbortController();
    const calls = keepCalling(loms, target, rest.signal);
    const held = holdSockets(target, rest.signal);
    const volley = createVolley(target, seed, loms);
    await volley.fire(seconds * warmUpShare);
    const heapBefore = await heapOf();
    say(`warmed up: ${volley.strikes()} strikes, heap ${(heapBefore / mib).toFixed(1)} MiB`);
    await volley.fire(seconds * (1 - warmUpShare));
    rest.abort();
    const [healthy] = await Promise.all([calls, held]);
    const heapGrowthMiB = ((await heapOf()) - heapBefore) / mib;
    const faults = [...volley.faults, ...healthy.faults, ...logFaults(loms)];
    if (!(heapGrowthMiB <= maxHeapGrowthMiB)) faults.push(`the heap grew by ${heapGrowthMiB} MiB`);
    faults.push(...(await findTableFaults(loms.url, tables, volley.answers)));
    const residentMiB = await residentOf(loms.process.pid);
    const { answers } = volley;
    return { strikes: volley.strikes(), answers, healthy, heapGrowthMiB, residentMiB, faults };
  } finally {
    loms.process.kill('SIGKILL');
    loms.closeClients();
    await loms.process.exit;
  }
};

const createVolley = (target: Target, seed: number, loms: RunningLoms) => {
  const answers = new Map<string, number>();
  const faults: string[] = [];
  let strikes = 0;
  let isDead = false;
  void loms.process.exit.then((exit) => {
    isDead = true;
    faults.push(`the process ended: ${JSON.stringify(exit)}`, ...lastWords(loms));
  });
  const strikeOnce = async (attack: Attack, strikeSeed: number): Promise<void> => {
    const [input] = fc.sample(attack.input, { seed: strikeSeed, numRuns: 1 });
    const blame = (what: string) =>
      faults.push(`${attack.name}, strike ${strikeSeed}: ${what}\n    ${showInput(input)}`);
    try {
      const answer = await attack.strike(target, input);
      const key = `${attack.name}: ${answer.status}`;
      answers.set(key, (answers.get(key) ?? 0) + 1);
      const fault = faultOf(answer);
      if (fault !== undefined) blame(fault);
    } catch (error) {
      blame(String(error));
    }
    if (isDead) blame('the process died');
  };
  const fire = async (seconds: number): Promise<void> => {
    const endMs = performance.now() + seconds * 1_000;
    const worker = async () => {
      while (performance.now() < endMs && !isDead) {
        const number = strikes++;
        const attack = attacks[number % attacks.length];
        if (attack) await strikeOnce(attack, seed + number);
      }
    };
    await Promise.all(Array.from({ length: width }, worker));
  };
  return { fire, faults, answers, strikes: () => strikes };
};

const showInput = (input: unknown): string => fc.stringify(input).slice(0, 600);

const inspectorOf = async ({ process }: RunningLoms): Promise<string> => {
  const line = await process.waitForLine((each) => each.startsWith('Debugger listening on ws:'));
  return line.slice(line.indexOf('ws:'));
};

/** What is no line of the log: the runtime's own words. */
const lastWords = ({ process }: RunningLoms): string[] =>
  process.lines.filter((line) => !line.startsWith('{')).slice(-60);

const logFaults = (loms: RunningLoms): string[] =>
  loms
    .log()
    .filter(({ level }) => level === 'error' || level === 'fatal')
    .map((entry) => `logged: ${JSON.stringify(entry).slice(0, 2_000)}`);

const residentOf = async (pid: number): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024;
};
