import { readFile } from 'node:fs/promises';
import type { RunningService } from '../../testing/services/start-service.ts';
import { measureHeap } from './heap.ts';
import { holdSockets } from './held-sockets.ts';
import { keepCalling, type HealthyCalls } from './healthy.ts';
import { openPostMortem } from './post-mortem.ts';
import type { Subject } from './subject.ts';
import { createVolley } from './volley.ts';

export interface FuzzOptions {
  subject: Subject;
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

/** Attacks a process of the service for so many seconds, with valid requests alongside, and returns what went wrong. */
export const runFuzz = async (options: FuzzOptions): Promise<FuzzResult> => {
  const { subject, seconds, say, seed } = options;
  const postMortem = await openPostMortem();
  const service = await subject.start({
    NODE_OPTIONS: `--inspect=127.0.0.1:0 ${postMortem.nodeOptions}`,
    LOG_LEVEL: 'info',
  });
  try {
    await postMortem.allowCore(service.process.pid);
    const { grpcPort, httpPort, url } = service;
    const target = { grpcPort, httpPort, sku: subject.sku };
    const inspector = await inspectorOf(service);
    const heapOf = () => measureHeap(inspector).catch(() => NaN);
    const rest = new AbortController();
    const calls = keepCalling(service, subject, rest.signal);
    const held = holdSockets(target, rest.signal);
    const volley = createVolley({ attacks: subject.attacks, seed, target, service, postMortem });
    await volley.fire(seconds * warmUpShare);
    const heapBefore = await heapOf();
    say(`warmed up: ${volley.strikes()} strikes, heap ${(heapBefore / mib).toFixed(1)} MiB`);
    await volley.fire(seconds * (1 - warmUpShare));
    rest.abort();
    const [healthy] = await Promise.all([calls, held]);
    const heapGrowthMiB = ((await heapOf()) - heapBefore) / mib;
    const faults = [...(await volley.end()), ...healthy.faults, ...logFaults(service)];
    if (!(heapGrowthMiB <= maxHeapGrowthMiB)) faults.push(`the heap grew by ${heapGrowthMiB} MiB`);
    faults.push(...(await subject.findTableFaults(url, volley.answers)));
    const residentMiB = await residentOf(service.process.pid);
    const { answers } = volley;
    return { strikes: volley.strikes(), answers, healthy, heapGrowthMiB, residentMiB, faults };
  } finally {
    service.process.kill('SIGKILL');
    service.closeClients();
    await service.process.exit;
    await postMortem.close();
  }
};

const inspectorOf = async ({ process }: RunningService): Promise<string> => {
  const line = await process.waitForLine((each) => each.startsWith('Debugger listening on ws:'));
  return line.slice(line.indexOf('ws:'));
};

const logFaults = (service: RunningService): string[] =>
  service
    .log()
    .filter(({ level }) => level === 'error' || level === 'fatal')
    .map((entry) => `logged: ${JSON.stringify(entry).slice(0, 2_000)}`);

const residentOf = async (pid: number): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024;
};
