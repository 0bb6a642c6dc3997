import { OrderEventSchema } from '#gen/booking/v1/events_pb.ts';
import { topicOf } from '#platform/messaging/topics.ts';
import { percentile } from '../../bench/outbox/statistics.ts';
import { compareWithOutbox, type Comparison } from '../../testing/checker/compare.ts';
import { openBooking, placeBookings, refund, type Ask, type Plan } from './booking-orders.ts';
import {
  awaitOutcomes,
  endsOf,
  isConsistent,
  producers,
  sources,
  type BookingOutcome,
  type End,
  type Source,
} from './booking-outcome.ts';
import { countViolations } from './metrics.ts';
import type { RunningSystem } from './running-system.ts';
import { formatTable } from './table.ts';

const amounts: Readonly<Record<Plan, number>> = {
  'paid, ticket issued': 14,
  'sent twice with one idempotency key': 4,
  refunded: 8,
  'over the payment limit': 6,
  'flight has departed': 4,
  'flight with two seats': 4,
};
const plans = Object.keys(amounts) as Plan[];
// not counted, because a process is slower when it does something for the first time
const warmUp: Plan[] = Array.from({ length: 6 }, () => 'sent twice with one idempotency key');
// a publisher whose sends fail waits before it tries again
const limitMs = 60_000;

/** Books tickets, and prints what became of the orders, their payments, tickets and events. */
export const demonstrateBooking = async (up: RunningSystem): Promise<boolean> => {
  const booking = openBooking(up.booking);
  try {
    const early = await placeBookings(booking.ask, warmUp);
    await awaitOutcomes(booking.ask, early.placed, limitMs);
    const noticedBefore = await countViolations(up.consumers);
    const { outcomes, errors } = await runBookings(booking.ask);
    const noticed = (await countViolations(up.consumers)) - noticedBefore;
    return report({ outcomes, errors, noticed, compared: await compareAll(up, outcomes) });
  } finally {
    booking.close();
  }
};

const runBookings = async (ask: Ask) => {
  const all = plans.flatMap((plan) => Array.from({ length: amounts[plan] }, () => plan));
  console.log(`Booking ${all.length} tickets, over gRPC, Connect and REST in turn …`);
  const { placed, errors } = await placeBookings(ask, all);
  const first = await awaitOutcomes(ask, placed, limitMs);
  await refund(ask, placed, errors);
  const refunded = placed.filter(({ plan }) => plan === 'refunded');
  const kept = first.filter(({ plan }) => plan !== 'refunded');
  return { outcomes: [...kept, ...(await awaitOutcomes(ask, refunded, limitMs))], errors };
};

type Compared = Readonly<Record<Source, Comparison>>;

/** Compares the topic with the outbox of each of its producers. */
const compareAll = async (
  { databaseUrl, brokers }: RunningSystem,
  outcomes: readonly BookingOutcome[],
): Promise<Compared> => {
  const keys = new Set(outcomes.map(({ orderId }) => orderId));
  const topic = topicOf(OrderEventSchema.typeName);
  const compare = (source: Source) =>
    compareWithOutbox({
      ...{ databaseUrl, brokers, topic, source, keys },
      others: sources.filter((other) => other !== source),
    });
  return {
    booking: await compare('booking'),
    payment: await compare('payment'),
    ticket: await compare('ticket'),
  };
};

interface Outcome {
  outcomes: readonly BookingOutcome[];
  errors: readonly string[];
  compared: Compared;
  /** Violations that the consumers have noticed themselves. */
  noticed: number;
}

const report = (outcome: Outcome): boolean => {
  const { outcomes, errors } = outcome;
  console.log(`\n${formatTable(orderRows(outcome))}\n\n${formatTable(eventRows(outcome))}\n`);
  const faults = [
    ...errors,
    ...outcomes
      .filter(({ isOver }) => !isOver)
      .map((one) => `${describe(one)}: the saga has not ended`),
    ...outcomes
      .filter((one) => !isConsistent(one))
      .map((one) => `${describe(one)}: these do not match`),
    ...plans.flatMap((plan) => planFaults(plan, outcomes)),
    ...seatFaults(outcomes),
    ...sources.flatMap((source) => eventFaults(source, outcome)),
  ];
  for (const fault of faults.slice(0, 10)) console.log(`  ! ${fault}`);
  return faults.length === 0 && outcome.noticed === 0;
};

const describe = ({ plan, orderId, status, payment, ticket }: BookingOutcome): string =>
  `${plan}: order ${orderId} is ${status}, its payment ${payment}, its ticket ${ticket}`;

const orderRows = ({ outcomes, errors }: Outcome): [string, string | number][] => {
  const counted = (name: string, field: 'status' | 'payment' | 'ticket') =>
    [...Map.groupBy(outcomes, (one) => one[field])]
      .toSorted()
      .map(([value, some]): [string, number] => [`  ${name} ${value}`, some.length]);
  const took = outcomes.flatMap(({ tookMs }) => tookMs ?? []);
  const ms = (share: number) => `${percentile(took, share).toFixed(0)} ms`;
  return [
    ['ticket orders', outcomes.length],
    ...plans.map((plan): [string, number] => [`  ${plan}`, amounts[plan]]),
    ['unexpected answers', errors.length],
    ...counted('order', 'status'),
    ...counted('payment', 'payment'),
    ...counted('ticket', 'ticket'),
    ['seats sold on the two-seat flight', seatsOf(outcomes).length],
    ['order created → end of its saga, p50', ms(0.5)],
    ['order created → end of its saga, p99', ms(0.99)],
  ];
};

const seatsOf = (outcomes: readonly BookingOutcome[]): number[] =>
  outcomes
    .filter(({ plan, ticket }) => plan === 'flight with two seats' && ticket === 'ISSUED')
    .flatMap(({ seat }) => seat ?? [])
    .toSorted();

/** How many events of these orders a producer must write. */
const expectedOf = (source: Source): number =>
  plans
    .flatMap((plan) => endsOf(plan, amounts[plan]))
    .reduce((sum, { events }) => sum + events[source], 0);

const eventRows = ({ compared, noticed }: Outcome): (string | number)[][] => {
  const row = (what: string, value: (source: Source) => number) => [what, ...sources.map(value)];
  return [
    ['', ...sources.map((source) => producers[source])],
    row('events expected', expectedOf),
    row('events written', (source) => compared[source].expected),
    row('events in Kafka', (source) => compared[source].events),
    row('delivered again', (source) => compared[source].duplicates),
    row('order violations', (source) => compared[source].violations.length),
    row('lost', (source) => compared[source].lost),
    ['violations noticed by consumers', '', '', noticed],
  ];
};

/** Compares how the orders of a plan have ended with how they must. */
const planFaults = (plan: Plan, outcomes: readonly BookingOutcome[]): string[] => {
  const text = ({ status, payment, ticket, events }: End) =>
    [status, payment, ticket, ...sources.map((source) => events[source])].join(' ');
  const found = outcomes.filter((one) => one.plan === plan).map(text);
  const wanted = endsOf(plan, amounts[plan]).map(text);
  if (found.toSorted().join() === wanted.toSorted().join()) return [];
  return [`${plan}: the orders are ${tally(found)}; expected ${tally(wanted)}`];
};

const tally = (texts: readonly string[]): string =>
  [...Map.groupBy(texts, (text) => text)]
    .map(([text, some]) => `${some.length} × ${text}`)
    .join(', ');

const seatFaults = (outcomes: readonly BookingOutcome[]): string[] => {
  const seats = seatsOf(outcomes).join(', ');
  return seats === '1, 2'
    ? []
    : [`the seats sold on the two-seat flight are ${seats || 'none'}; expected 1, 2`];
};

const eventFaults = (source: Source, { compared }: Outcome): string[] => {
  const { expected, events, foreign, lost, failed, violations } = compared[source];
  const wanted = expectedOf(source);
  return [
    ...violations.slice(0, 5),
    ...(expected === wanted
      ? []
      : [`the outbox of ${source} holds ${expected} events; expected ${wanted}`]),
    ...(events === wanted ? [] : [`Kafka holds ${events} events of ${source}; expected ${wanted}`]),
    ...(foreign > 0 ? [`${foreign} events are not in the outbox of ${source}`] : []),
    ...(lost > 0 ? [`${lost} events of ${source} are lost`] : []),
    ...(failed > 0 ? [`${failed} events of ${source} are FAILED`] : []),
  ];
};
