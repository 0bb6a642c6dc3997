import type { DescEnum } from '@bufbuild/protobuf';
import { timestampMs } from '@bufbuild/protobuf/wkt';
import {
  BookingService,
  OrderStatusSchema,
  type GetWorkflowResponse,
  type Order,
} from '#gen/booking/v1/booking_pb.ts';
import { BookingPaymentStatusSchema } from '#gen/payment/v1/payment_pb.ts';
import { TicketStatusSchema } from '#gen/ticket/v1/ticket_pb.ts';
import { countHandlings } from '../../testing/booking/acted-on.ts';
import { waitFor } from '../../testing/wait-for.ts';
import type { Ask, PlacedOrder, Plan } from './booking-orders.ts';

/** The services that write events of orders, by the schemas from whose outboxes these come. */
export const producers = {
  booking: 'order-service',
  payment: 'payment-service',
  ticket: 'ticket-service',
} as const;
export type Source = keyof typeof producers;
export const sources = Object.keys(producers) as Source[];

/** How an order ends, as the contract's statuses. */
export interface End {
  readonly status: string;
  readonly payment: string;
  readonly ticket: string;
  /** How many events of the order each producer writes. */
  readonly events: Readonly<Record<Source, number>>;
}

/** What became of an order. */
export interface BookingOutcome extends PlacedOrder, End {
  readonly seat: number | undefined;
  /** From the order's creation to its last step, by booking's clock; absent for an order that was refunded. */
  readonly tookMs: number | undefined;
  /** Nothing is left to happen. */
  readonly isOver: boolean;
}

/** Waits until the sagas of orders have ended, and returns what became of them: when the time is up, so far. */
export const awaitOutcomes = async (
  ask: Ask,
  placed: readonly PlacedOrder[],
  limitMs: number,
): Promise<BookingOutcome[]> => {
  const outcomes = new Map<string, BookingOutcome>();
  const lookAgain = async () => {
    for (const order of placed) {
      if (outcomes.get(order.orderId)?.isOver === true) continue;
      const workflow = await ask(BookingService.method.getWorkflow, { orderId: order.orderId });
      outcomes.set(order.orderId, outcomeOf(order, workflow));
    }
    return [...outcomes.values()].every(({ isOver }) => isOver);
  };
  const patience = { what: 'the end of the sagas', timeoutMs: limitMs, intervalMs: 100 };
  await waitFor(lookAgain, patience).catch(() => undefined);
  return [...outcomes.values()];
};

const none = 'none';

/** The word of a status; `none` when there is none yet. */
const wordOf = (statuses: DescEnum, status = 0): string =>
  status === 0 ? none : (statuses.value[status]?.localName ?? String(status));

const outcomeOf = (placed: PlacedOrder, workflow: GetWorkflowResponse): BookingOutcome => {
  const { order, payment, ticket, outbox } = workflow;
  const written = (source: Source) =>
    outbox.filter(({ producer }) => producer === producers[source]).length;
  return {
    ...placed,
    status: wordOf(OrderStatusSchema, order?.status),
    payment: wordOf(BookingPaymentStatusSchema, payment?.status),
    ticket: wordOf(TicketStatusSchema, ticket?.status),
    seat: ticket?.seat,
    events: { booking: written('booking'), payment: written('payment'), ticket: written('ticket') },
    tookMs: placed.plan === 'refunded' ? undefined : tookMs(order),
    isOver: isOver(workflow),
  };
};

const tookMs = ({ createdAt, updatedAt }: Partial<Order> = {}): number | undefined =>
  createdAt && updatedAt && timestampMs(updatedAt) - timestampMs(createdAt);

const ended = ['done', 'failed', 'compensated'];

/** Each step has ended, each event is sent, and each consumer that acts on it has handled it. */
const isOver = ({ steps, outbox, inbox }: GetWorkflowResponse): boolean =>
  steps.every(({ state }) => ended.includes(state)) &&
  outbox.every(({ status }) => status === 'COMPLETED') &&
  inbox.length === countHandlings(outbox.map(({ eventType }) => eventType));

const issued: End = {
  status: 'TICKET_ISSUED',
  payment: 'AUTHORIZED',
  ticket: 'ISSUED',
  events: { booking: 1, payment: 1, ticket: 1 },
};
const rejected: End = {
  status: 'CANCELLED',
  payment: 'VOIDED',
  ticket: 'REJECTED',
  events: { booking: 1, payment: 2, ticket: 1 },
};
const ends: Readonly<Record<Plan, readonly End[]>> = {
  'paid, ticket issued': [issued],
  'sent twice with one idempotency key': [issued],
  refunded: [
    {
      status: 'REFUNDED',
      payment: 'REFUNDED',
      ticket: 'CANCELLED',
      events: { booking: 2, payment: 2, ticket: 2 },
    },
  ],
  'over the payment limit': [
    {
      status: 'CANCELLED',
      payment: 'REFUSED',
      ticket: none,
      events: { booking: 1, payment: 1, ticket: 0 },
    },
  ],
  'flight has departed': [rejected],
  // who comes first is not known
  'flight with two seats': [issued, issued, rejected, rejected],
};

/** How orders of a plan must end: as many as there are orders of it, in no order. */
export const endsOf = (plan: Plan, amount: number): End[] => {
  const cycle = ends[plan];
  return Array.from({ length: amount }, (_, n) => cycle[n % cycle.length]).filter(
    (end) => end !== undefined,
  );
};

/** Whether order, payment and ticket match, as the contract says for the end. */
export const isConsistent = ({ status, payment, ticket }: BookingOutcome): boolean => {
  const isIssued = payment === 'AUTHORIZED' && ticket === 'ISSUED';
  if (status === 'TICKET_ISSUED' || isIssued) return status === 'TICKET_ISSUED' && isIssued;
  // a payment that was refused is none
  if (status === 'CANCELLED')
    return [none, 'REFUSED', 'VOIDED'].includes(payment) && ticket !== 'ISSUED';
  return status === 'REFUNDED' && payment === 'REFUNDED' && ticket === 'CANCELLED';
};
