// A load generator as a process of its own: node load.ts PORTS SECONDS RATE PARTS READS. One call of ten is a ReserveStock
// of one piece, the others are GetStock; with READS 0 there are no others. RATE is in calls a second, sent when they are due; 0: as many as are answered, 32
// in flight. PARTS is how many parts there are. Latencies count from the moment at which a call was due.
import { InventoryService } from '#gen/inventory/v1/inventory_pb.ts';
import { median, percentile } from '../outbox/statistics.ts';
import { sendSteadily } from '../send-steadily.ts';
import { openCaller } from '../grpc-caller.ts';
import type { Loaded } from './measure.ts';
import { partIdOf } from './parts.ts';

const [ports = '', ...numbers] = process.argv.slice(2);
const [seconds = 0, rate = 0, parts = 0, reads = 1] = numbers.map(Number);
const inFlight = 32;
const callers = ports.split(',').map((port) => openCaller(Number(port)));
const { getStock, reserveStock } = InventoryService.method;

const latencies: number[] = [];
let calls = 0;

const callOnce = async (dueMs: number): Promise<void> => {
  const number = (calls += 1);
  const caller = callers[number % callers.length];
  const partId = partIdOf(Math.floor(Math.random() * parts));
  if (reads === 0 || number % 10 === 0) {
    const orderId = crypto.randomUUID();
    await caller?.call(reserveStock, { orderId, items: [{ partId, quantity: 1 }] });
  } else {
    await caller?.call(getStock, { partId });
    latencies.push(performance.now() - dueMs);
  }
};

const startMs = performance.now();
const endMs = startMs + seconds * 1_000;

const inTurn = async (): Promise<void> => {
  while (performance.now() < endMs) await callOnce(performance.now());
};

const send = (_: number, dueMs: number) => callOnce(dueMs);
if (rate > 0) await sendSteadily({ perSecond: rate, seconds, send });
else await Promise.all(Array.from({ length: inFlight }, inTurn));
const took = (performance.now() - startMs) / 1_000;
for (const caller of callers) caller.close();
const loaded: Loaded = {
  calls,
  readsPerSecond: latencies.length / took,
  p50: median(latencies),
  p99: percentile(latencies, 0.99),
};
console.log(JSON.stringify(loaded));
