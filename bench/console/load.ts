// A load generator as a process of its own: node load.ts PORT RATE. Sends RATE OrderCreate a second when they are due,
// until SIGTERM. Each order is of two of the skus that addStock has put into stock. Then it prints a `Placed` as JSON.
import { LomsService } from '#gen/loms/v1/loms_pb.ts';
import type { Placed } from './calls.ts';
import { openCaller } from '../grpc-caller.ts';
import { buyers, itemsOf, userId } from '../rpc/order-load.ts';
import { sendSteadily } from '../send-steadily.ts';

const [port = 0, perSecond = 0] = process.argv.slice(2).map(Number);
const stopped = new AbortController();
process.once('SIGTERM', () => stopped.abort());

const caller = openCaller(port);
const placed: Placed = { perSecond, firstDueMs: NaN, lateMs: [], tookMs: [], failures: [] };
await sendSteadily({
  perSecond,
  signal: stopped.signal,
  send: async (number, dueMs) => {
    if (number === 0) placed.firstDueMs = performance.timeOrigin + dueMs;
    placed.lateMs[number] = performance.now() - dueMs;
    await caller
      .call(LomsService.method.orderCreate, { userId, items: itemsOf(number % buyers) })
      .catch((error: unknown) => placed.failures.push(String(error)));
    placed.tookMs[number] = performance.now() - dueMs;
  },
});
caller.close();
console.log(JSON.stringify(placed, (_, value: unknown) => rounded(value)));

function rounded(value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value * 1_000) / 1_000 : value;
}
