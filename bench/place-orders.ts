// A load generator as a process of its own: node place-orders.ts PORT SECONDS RATE. Sends RATE OrderCreate a second when they
// are due. Each order is of two of the skus that addStock has put into stock.
import { LomsService } from '#gen/loms/v1/loms_pb.ts';
import { openCaller } from './grpc-caller.ts';
import { median, percentile } from './outbox/statistics.ts';
import { buyers, itemsOf, userId } from './rpc/order-load.ts';
import { sendSteadily } from './send-steadily.ts';

/** What this program prints: the latencies of OrderCreate in milliseconds from the moment it was due. */
export interface Placed {
  calls: number;
  failures: number;
  /** Why the first of them failed. */
  failure?: string | undefined;
  p50: number;
  p99: number;
}

const [port = 0, seconds = 0, perSecond = 0] = process.argv.slice(2).map(Number);
const caller = openCaller(port);
const latencies: number[] = [];
const failures: string[] = [];
await sendSteadily({
  perSecond,
  seconds,
  send: async (number, dueMs) => {
    await caller
      .call(LomsService.method.orderCreate, { userId, items: itemsOf(number % buyers) })
      .catch((error: unknown) => failures.push(String(error)));
    latencies.push(performance.now() - dueMs);
  },
});
caller.close();
const placed: Placed = {
  calls: latencies.length,
  failures: failures.length,
  failure: failures[0],
  p50: median(latencies),
  p99: percentile(latencies, 0.99),
};
console.log(JSON.stringify(placed));
