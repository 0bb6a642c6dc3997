// A load generator as a process of its own: node load.ts PORT SECONDS RATE FIRST. Sends RATE CreateOrder a second when they
// are due. Orders have the amounts FIRST, FIRST + 1 …, by which they are found in the tables.
import { BookingService } from '#gen/booking/v1/booking_pb.ts';
import { openCaller } from '../grpc-caller.ts';
import { callSteadily } from '../send-steadily.ts';
import type { Loaded } from './measure.ts';

const [port = 0, seconds = 0, perSecond = 0, first = 0] = process.argv.slice(2).map(Number);
const caller = openCaller(port);
// fewer than a flight has seats
const ordersOfFlight = 80;
const hourMs = 3_600_000;
const flights = Math.ceil((seconds * perSecond) / ordersOfFlight);
const firstFlight = Math.ceil(first / ordersOfFlight);

const orderOf = (number: number) => {
  const hour = firstFlight + (number % flights);
  const departure = new Date(Date.UTC(2099, 0, 1) + hour * hourMs).toISOString();
  return {
    userId: `a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1${1 + (number % 5)}`,
    amountMinor: BigInt(first + number),
    ...{ from: 'SVO', to: 'KZN', airline: 'FV' },
    ...{ date: departure.slice(0, 10), time: departure.slice(11, 16) },
  };
};

const startMs = Date.now();
const cpuBefore = process.cpuUsage();
const called = await callSteadily({
  perSecond,
  seconds,
  call: (number) => caller.call(BookingService.method.createOrder, orderOf(number)),
});
caller.close();
const { user, system } = process.cpuUsage(cpuBefore);
const loaded: Loaded = { ...called, startMs, ownCpuMs: (user + system) / 1_000 };
console.log(JSON.stringify(loaded));
