import type { Clock } from '#platform/base/clock.ts';
import { AppError } from '#platform/base/errors.ts';
import type { Call } from '#platform/serving/call.ts';
import { requireDay } from '../domain/departure.ts';
import type { Flight } from '../domain/flight.ts';
import { openOrder, type OrderWithFacts } from '../domain/order.ts';

export interface CreateOrderDeps {
  now: Clock;
  /** Returns a new UUID v7. */
  newId: () => string;
  /** What the first call with the key was answered. */
  findAnswer: (call: Call) => Promise<string | undefined>;
  /** Prices the flight by the rules. */
  priceFlight: (flight: Flight, call: Call) => Promise<bigint>;
  /** The amount of a quote for this flight; refuses one that is unknown, expired or for another flight. */
  amountOfQuote: (quoteId: string, flight: Flight) => Promise<bigint>;
  /**
   * Saves the order, or finds the one with which the call's key was answered before. Undefined when there is no such user:
   * nothing is saved.
   */
  saveCreated: (created: OrderWithFacts, call: Call) => Promise<CreatedOrder | undefined>;
}

export interface CreateOrderInput {
  userId: string;
  flight: Flight;
  /** Without it, the amount of the quote, or that of the rules. */
  amountMinor?: bigint | undefined;
  quoteId?: string | undefined;
}

export interface CreatedOrder {
  orderId: string;
  /** Whether an earlier call with the same key has created it. */
  isRepeated: boolean;
}

/** Creates an order, which starts its saga. Calls with one idempotency key are one order. */
export const createOrder =
  (deps: CreateOrderDeps) =>
  async (input: CreateOrderInput, call: Call): Promise<CreatedOrder> => {
    const answered = await deps.findAnswer(call);
    if (answered !== undefined) return { orderId: answered, isRepeated: true };
    const { userId, flight, quoteId } = input;
    // a flight that has departed is ticket's to refuse
    requireDay(flight);
    const amountMinor = await amountOf(deps, input, call);
    call.signal.throwIfAborted();
    const order = { orderId: deps.newId(), userId, flight, amountMinor, quoteId };
    const created = await deps.saveCreated(openOrder(order, deps.newId(), deps.now()), call);
    if (created === undefined) throw unknownUser(userId);
    return created;
  };

const amountOf = (
  deps: CreateOrderDeps,
  { amountMinor, quoteId, flight }: CreateOrderInput,
  call: Call,
): bigint | Promise<bigint> => {
  if (amountMinor !== undefined) return amountMinor;
  return quoteId === undefined
    ? deps.priceFlight(flight, call)
    : deps.amountOfQuote(quoteId, flight);
};

const unknownUser = (userId: string): AppError =>
  new AppError('not-found', 'user-not-found', `There is no user ${userId}.`, {
    metadata: { user_id: userId },
  });
