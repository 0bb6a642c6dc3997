// A load generator as a process of its own: node place-orders.ts PORT SECONDS RATE. Sends RATE OrderCreate a second when they
// are due. Each order is of two of the skus that addStock has put into stock. Prints a `Called` as JSON.
import { LomsService } from '#gen/loms/v1/loms_pb.ts';
import { openCaller } from './grpc-caller.ts';
import { buyers, itemsOf, userId } from './rpc/order-load.ts';
import { callSteadily } from './send-steadily.ts';

const [port = 0, seconds = 0, perSecond = 0] = process.argv.slice(2).map(Number);
const caller = openCaller(port);
const placed = await callSteadily({
  perSecond,
  seconds,
  call: (number) =>
    caller.call(LomsService.method.orderCreate, { userId, items: itemsOf(number % buyers) }),
});
caller.close();
console.log(JSON.stringify(placed));
