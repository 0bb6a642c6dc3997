import fc from 'fast-check';
import type { EventType, ServiceName } from '../../services/booking/domain/saga.ts';
import { actedOnBy } from '../booking/acted-on.ts';

export const services = ['booking', 'payment', 'ticket'] as const satisfies ServiceName[];

/** How a call to booking ends: as usual, without an effect, or with an effect of which the caller hears nothing. */
export type CallFate = 'usual' | 'rolled-back' | 'answer-lost';

/** Calls of one user for a refund, all at once. */
export interface RefundCalls {
  readonly when: 'at-once' | 'issued' | 'quiet';
  readonly calls?: number | undefined;
  readonly fate?: CallFate | undefined;
}

/**
 * How an event goes to the topic. `late`: after a delay, with those of its service that follow it. `overtaken`: after a
 * later one of its service, as an operator sends it again. `twice`: two times. `again`: once more, later.
 */
export interface Delivery {
  readonly type: EventType;
  readonly kind: 'late' | 'overtaken' | 'twice' | 'again';
  readonly ms: number;
}

const handlingKinds = [
  'throws',
  'throws-late',
  'connection-lost',
  'answer-lost',
  'killed',
  'killed-and-rewound',
] as const;

/**
 * What happens to a service that handles an event: its handler throws so many times, before or after its work, in the end
 * so often that the event becomes a dead letter, which is redriven later; its connection ends before or after the COMMIT;
 * or the service loses all its connections and its memory, and then reads on where it was, or from some way back.
 */
export interface Handling {
  readonly service: ServiceName;
  readonly type: EventType;
  readonly kind: (typeof handlingKinds)[number];
  readonly times: number;
}

/** One user, who orders once. What is absent is as usual. */
export interface OrderScript {
  readonly isBlocked?: boolean;
  readonly isOverLimit?: boolean;
  /** `scarce`: the flight of the scenario, which has few seats. */
  readonly flight?: 'roomy' | 'scarce' | 'departed';
  /** After so many milliseconds, or when all orders before it are over. */
  readonly starts?: number | 'quiet';
  /** How many calls with one idempotency key create it; without a key it is one call. */
  readonly keyedCalls?: number;
  readonly fate?: CallFate;
  readonly refunds?: readonly RefundCalls[];
  readonly onTimeout?: 'hold' | 'compensate';
  /** When its time is over. */
  readonly timeouts?: readonly ('at-once' | 'soon' | 'quiet')[];
  readonly deliveries?: readonly Delivery[];
  readonly handling?: readonly Handling[];
  /** Reads the order through the cache: over and over, or once, and stores it when its saga is over. */
  readonly reader?: 'often' | 'late';
}

export interface Scenario {
  /** Of the scarce flight. */
  readonly seats: 1 | 2;
  readonly orders: readonly OrderScript[];
}

const eventType = fc.constantFrom<EventType>(
  'OrderCreated',
  'PaymentAuthorized',
  'PaymentFailed',
  'TicketIssued',
  'TicketRejected',
  'RefundRequested',
  'PaymentRefunded',
  'TicketCancelled',
);

const rarely = (weight: number) =>
  fc.oneof({ arbitrary: fc.constant(true), weight }, { arbitrary: fc.constant(false), weight: 9 });

const fate = fc.oneof(
  { arbitrary: fc.constant<CallFate>('usual'), weight: 12 },
  { arbitrary: fc.constantFrom<CallFate>('rolled-back', 'answer-lost'), weight: 1 },
);

const calls = fc.integer({ min: 1, max: 3 });

const refund: fc.Arbitrary<RefundCalls> = fc.record(
  {
    when: fc.oneof(
      { arbitrary: fc.constant('issued' as const), weight: 4 },
      { arbitrary: fc.constantFrom('at-once' as const, 'quiet' as const), weight: 2 },
    ),
    calls,
    fate,
  },
  { requiredKeys: ['when'], noNullPrototype: true },
);

const delivery: fc.Arbitrary<Delivery> = fc.record({
  type: eventType,
  kind: fc.constantFrom('late', 'overtaken', 'twice', 'again'),
  ms: fc.nat(250),
});

// a service that loses a connection throws all of them away, and one that is killed delays all scenarios
const handlingKind = fc.oneof(
  { arbitrary: fc.constantFrom(...handlingKinds.slice(0, 2)), weight: 30 },
  { arbitrary: fc.constantFrom(...handlingKinds.slice(2, 4)), weight: 10 },
  { arbitrary: fc.constantFrom(...handlingKinds.slice(4)), weight: 3 },
);

/** Each event with each service that acts on it. */
const handlings = Object.entries(actedOnBy).flatMap(([type, names]) =>
  names.map((service) => ({ type: type as EventType, service })),
);

const handling: fc.Arbitrary<Handling> = fc
  .record({
    handled: fc.constantFrom(...handlings),
    kind: handlingKind,
    // a service waits after each try of a parked event that fails
    times: fc.oneof(
      { arbitrary: fc.constant(1), weight: 7 },
      { arbitrary: fc.constantFrom(3, 2), weight: 2 },
    ),
  })
  .map(({ handled, ...how }) => ({ ...handled, ...how }));

const order: fc.Arbitrary<OrderScript> = fc.record(
  {
    isBlocked: rarely(1),
    isOverLimit: rarely(1),
    flight: fc.oneof(
      { arbitrary: fc.constantFrom('roomy', 'scarce'), weight: 9 },
      { arbitrary: fc.constant('departed' as const), weight: 1 },
    ),
    starts: fc.oneof(
      { arbitrary: fc.nat(60), weight: 3 },
      { arbitrary: fc.constant('quiet' as const), weight: 1 },
    ),
    keyedCalls: calls,
    fate,
    refunds: fc.array(refund, { maxLength: 2 }),
    onTimeout: fc.constantFrom('hold', 'compensate'),
    timeouts: fc.array(fc.constantFrom('at-once', 'soon', 'quiet'), { maxLength: 2 }),
    deliveries: fc.array(delivery, { maxLength: 2 }),
    handling: fc.array(handling, { maxLength: 2 }),
    reader: fc.constantFrom('often', 'late'),
  },
  { requiredKeys: [], noNullPrototype: true },
);

const lateTypes: readonly EventType[] = ['OrderCreated', 'PaymentAuthorized', 'TicketIssued'];

/** An order whose time ends while its steps are late, which chance alone seldom makes. */
const outOfTime: fc.Arbitrary<OrderScript> = fc.record({
  onTimeout: fc.constantFrom('hold', 'compensate'),
  timeouts: fc.array(fc.constantFrom('at-once', 'soon', 'quiet'), { minLength: 1, maxLength: 2 }),
  deliveries: fc.array(
    fc.record({
      type: fc.constantFrom(...lateTypes),
      kind: fc.constantFrom('late', 'overtaken'),
      ms: fc.nat(250),
    }),
    { maxLength: 2 },
  ),
  handling: fc.array(
    fc
      .constantFrom(...handlings.filter(({ type }) => lateTypes.includes(type)))
      .map((handled) => ({ ...handled, kind: 'throws' as const, times: 3 })),
    { maxLength: 2 },
  ),
});

/** The last seat of a flight is given back, and then wanted by another order. */
const resale: fc.Arbitrary<Scenario> = fc.tuple(refund, order).map(([calls, script]) => ({
  seats: 1,
  orders: [
    { flight: 'scarce', refunds: [{ ...calls, when: 'issued' }] },
    { ...script, flight: 'scarce', starts: 'quiet', isBlocked: false, isOverLimit: false },
  ],
}));

const mixed: fc.Arbitrary<Scenario> = fc.record({
  seats: fc.constantFrom(1, 2),
  orders: fc.array(fc.oneof({ arbitrary: order, weight: 5 }, { arbitrary: outOfTime, weight: 1 }), {
    minLength: 1,
    maxLength: 3,
  }),
});

export const scenarios: fc.Arbitrary<Scenario> = fc.oneof(
  { arbitrary: mixed, weight: 14 },
  { arbitrary: resale, weight: 1 },
);
