import { randomUUID } from 'node:crypto';
import { waitFor } from '../../../testing/wait-for.ts';
import { startPace } from '../pace.ts';
import type { LoadReport, RunningLoad } from '../system.ts';
import { reasonOf, type BookingClient, type NewOrder } from './clients.ts';
import { blockedUser } from './rig.ts';

/** How an order must end by the answers to its calls; `unsure` when a call about it was not answered. */
export type End = 'TICKET_ISSUED' | 'CANCELLED' | 'REFUNDED' | 'unsure';

/** A call that creates an order. */
export interface Placed {
  readonly order: NewOrder;
  /** Absent while it has not been answered. */
  orderId?: string;
  end: End;
}

/** What booking has answered. */
export interface Told {
  /** By the idempotency keys of the calls. */
  readonly placed: Map<string, Placed>;
  /** Answers that contradict earlier ones, or refuse what is right, in words. */
  readonly contradictions: string[];
}

export interface LoadOptions {
  readonly clients: readonly BookingClient[];
  readonly told: Told;
}

const writers = 4;
const amountMinor = 1_250_000;
// the limit of a payment is 100 000 000
const tooMuchMinor = 100_000_001;
const issueLimitMs = 5_000;

/**
 * Places orders at a steady rate until it is stopped; in turn they are left, refunded, sent again with their key, priced by
 * the rules, too expensive, of a blocked user, of a flight that has departed, or of one with two seats.
 */
export const startLoad = (options: LoadOptions, ordersPerSecond: number): RunningLoad => {
  const report = { created: 0, errors: 0 };
  const place = () => placeOne(options, report);
  const pace = startPace({ writers, perSecond: ordersPerSecond, place });
  return { stop: async () => ({ seconds: await pace.stop(), ...report }) };
};

type Counts = Pick<LoadReport, 'created' | 'errors'>;

interface Kind {
  readonly end: End;
  readonly changes?: (turn: number) => Partial<NewOrder>;
  /** What happens to the order that was placed with this key. */
  readonly then?: (scene: Scene, key: string) => Promise<unknown>;
}

type Scene = Pick<LoadOptions, 'told'> & { client: BookingClient };

const placeOne = async ({ clients, told }: LoadOptions, counts: Counts): Promise<void> => {
  const turn = told.placed.size;
  const client = clients[turn % clients.length] as BookingClient;
  // The kind changes more slowly than the protocol, so that each kind meets each protocol.
  const kind = kinds[Math.floor(turn / clients.length) % kinds.length] as Kind;
  const order = { ...orderOf(turn), ...kind.changes?.(turn) };
  try {
    const key = noteOrder(told, order, kind.end);
    await placeOrder({ told, client }, key);
    counts.created += 1;
    await kind.then?.({ told, client }, key);
  } catch {
    // The error is counted; a later check compares the order with the tables.
    counts.errors += 1;
  }
};

/** Notes that an order is to be placed, and returns the key for the call. */
export const noteOrder = ({ placed }: Told, order: NewOrder, end: End): string => {
  const key = randomUUID();
  placed.set(key, { order, end });
  return key;
};

/** Refusals of the contract, none of which the load asks for; any other says that something is unavailable. */
const refusals = new Set([
  ...['user-not-found', 'idempotency-key-reused', 'flight-departed', 'quote-expired'],
  ...['order-not-found', 'saga-under-way', 'order-cancelled'],
]);

/** Makes the call with this key, once more if it has been made. Returns the order's id. */
export const placeOrder = async ({ told, client }: Scene, key: string): Promise<string> => {
  const placed = told.placed.get(key);
  if (placed === undefined) throw new Error(`No order was placed with the key ${key}.`);
  const orderId = await client.create(placed.order, key).catch((error: unknown) => {
    noteRefusal(told, `an order of ${placed.order.userId}`, error);
    throw error;
  });
  if (placed.orderId !== undefined && placed.orderId !== orderId)
    told.contradictions.push(`key ${key} was answered with ${placed.orderId} and ${orderId}`);
  placed.orderId = orderId;
  return orderId;
};

const noteRefusal = ({ contradictions }: Told, what: string, error: unknown): void => {
  const reason = reasonOf(error);
  if (refusals.has(reason)) contradictions.push(`${what} was refused: ${reason}`);
};

const refundOnceIssued = async ({ told, client }: Scene, key: string): Promise<void> => {
  const placed = told.placed.get(key);
  const orderId = placed?.orderId;
  if (placed === undefined || orderId === undefined) return;
  await waitFor(async () => (await client.statusOf(orderId)) === 'TICKET_ISSUED', {
    what: 'the ticket',
    timeoutMs: issueLimitMs,
    intervalMs: 250,
  });
  placed.end = 'unsure';
  await client.refund(orderId).catch((error: unknown) => {
    noteRefusal(told, `the refund of order ${orderId}`, error);
    throw error;
  });
  placed.end = 'REFUNDED';
};

const kinds: readonly Kind[] = [
  { end: 'TICKET_ISSUED' },
  { end: 'TICKET_ISSUED', then: refundOnceIssued },
  { end: 'TICKET_ISSUED', then: placeOrder },
  { end: 'CANCELLED', changes: () => ({ amountMinor: tooMuchMinor }) },
  { end: 'TICKET_ISSUED' },
  { end: 'unsure', changes: () => ({ to: 'GDX' }) },
  { end: 'TICKET_ISSUED', then: refundOnceIssued },
  { end: 'CANCELLED', changes: () => ({ date: '2020-05-01' }) },
  { end: 'TICKET_ISSUED' },
  { end: 'CANCELLED', changes: () => ({ userId: blockedUser }) },
];

const users = ['11', '12', '13', '14'].map((end) => `a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a${end}`);
// a flight has 180 seats; most of its turns take one
const turnsOfFlight = 120;
const minutesOfDay = 1_440;

/** The order of a turn: with the next turns it fills a flight, and begins another. */
export const orderOf = (turn: number): NewOrder => {
  const flight = Math.floor(turn / turnsOfFlight);
  const departure = new Date(
    Date.UTC(2099, 0, 1 + Math.floor(flight / minutesOfDay), 0, flight % minutesOfDay),
  );
  const [date = '', time = ''] = departure.toISOString().split('T');
  return {
    userId: users[turn % users.length] as string,
    ...{ from: 'SVO', to: 'LED', date, time: time.slice(0, 5), airline: 'SU' },
    amountMinor: amountMinor + (turn % 1_000),
  };
};
