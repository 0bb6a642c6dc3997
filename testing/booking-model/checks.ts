import type { EventType, OrderStatus, ServiceName } from '../../services/booking/domain/saga.ts';
import { usualAmount, type Played } from './play-order.ts';
import { services, type OrderScript } from './scenario.ts';
import type { EventSeen, Snapshot } from './snapshots.ts';
import { limitMinor } from './world.ts';

/*
 * What has to be true of an order at the end is written here once more, from the words of the contract: the saga's table
 * and its functions are what is tested.
 */

type Claim = readonly [isTrue: boolean, otherwise: string];

const failedOf = (claims: readonly Claim[]): string[] =>
  claims.flatMap(([isTrue, otherwise]) => (isTrue ? [] : [otherwise]));

const eventOf = ({ events }: Snapshot, type: EventType): EventSeen | undefined =>
  events.find((event) => event.type === type);

const has = (order: Snapshot, type: EventType): boolean => eventOf(order, type) !== undefined;

/** The status in which an order of these events ends; undefined when they are no end. */
export const endOf = (order: Snapshot): OrderStatus | undefined => {
  const requested = eventOf(order, 'RefundRequested');
  const isGivenBack = has(order, 'PaymentRefunded');
  if (requested !== undefined && !(isGivenBack && has(order, 'TicketCancelled'))) return undefined;
  if (has(order, 'PaymentFailed')) return 'CANCELLED';
  if (has(order, 'TicketRejected')) return isGivenBack ? 'CANCELLED' : undefined;
  if (requested !== undefined) return outcomeOf(requested);
  const isWhole = has(order, 'PaymentAuthorized') && has(order, 'TicketIssued');
  return isWhole ? 'TICKET_ISSUED' : undefined;
};

const outcomeOf = ({ payload }: EventSeen): 'REFUNDED' | 'CANCELLED' =>
  payload['outcome'] === 'REFUNDED' ? 'REFUNDED' : 'CANCELLED';

/** Describes what is wrong with an order of which each event was handled by each service that acts on it. */
export const findOrderFaults = (order: Snapshot, played: Played): string[] =>
  [
    ...failedOf([...endClaims(order), ...contractClaims(order), ...moneyClaims(order)]),
    ...services.flatMap((name) => failedOf(numberingClaims(order, name))),
    ...failedOf([...stepClaims(order, played), ...refundClaims(order, played)]),
  ].map((fault) => `${order.orderId}: ${fault}`);

const endClaims = (order: Snapshot): Claim[] => {
  const { status, facts, events } = order;
  const end = endOf(order);
  const types = events.map(({ type }) => type);
  return [
    [end !== undefined, `has not ended: ${types.join(', ')}`],
    [end === undefined || status === end, `is ${status}, not ${end}`],
    [!order.isStuck, 'is listed as stuck, but has ended'],
    [new Set(types).size === types.length, `says something twice: ${types.join(', ')}`],
    [facts.toSorted().join() === types.toSorted().join(), `knows other facts: ${facts.join(', ')}`],
    [order.factCount === facts.length, 'has counted its facts wrongly'],
    [order.dueTimers === 0, 'has a timer that is due'],
  ];
};

/** The sentence of the contract about the end of an order, of which each service tells its part. */
const contractClaims = (order: Snapshot): Claim[] => {
  const { status } = order;
  const [payment, ticket] = [order.payment?.status, order.ticket?.status];
  const isBoth = payment === 'AUTHORIZED' && ticket === 'ISSUED';
  const isUndone = payment === 'REFUNDED' && ticket === 'CANCELLED';
  const words = `is ${status}, payment ${payment}, ticket ${ticket}`;
  return [
    [(status === 'TICKET_ISSUED') === isBoth, words],
    [status !== 'CANCELLED' || ['REFUSED', 'VOIDED', undefined].includes(payment), words],
    [status !== 'REFUNDED' || isUndone, words],
  ];
};

/** No money without a ticket, no ticket without money; what is given back is what was taken. */
const moneyClaims = (order: Snapshot): Claim[] => {
  const { payment, ticket, amountMinor } = order;
  const [taken, given] = [eventOf(order, 'PaymentAuthorized'), eventOf(order, 'PaymentRefunded')];
  const isPaid = payment?.status === 'AUTHORIZED';
  const isSame = (name: string) => given?.payload[name] === taken?.payload[name];
  return [
    [isPaid === (ticket?.status === 'ISSUED'), 'has money without a ticket, or a ticket without'],
    [isPaid === (taken !== undefined && given === undefined), 'has a payment unlike its events'],
    [paidBy(taken, amountMinor), 'was charged another amount'],
    [given === undefined || isSame('amount_minor'), 'got back another amount'],
    [given === undefined || isSame('payment_id'), 'got back another payment'],
  ];
};

const paidBy = (taken: EventSeen | undefined, amountMinor: number): boolean =>
  taken === undefined || taken.payload['amount_minor'] === amountMinor;

const numberingClaims = (order: Snapshot, name: ServiceName): Claim[] => {
  const sequences = order.events
    .filter(({ producer }) => producer === name)
    .map(({ sequence }) => sequence);
  const counted = { booking: order, payment: order.payment, ticket: order.ticket }[name];
  return [
    [sequences.every((sequence, i) => sequence === i + 1), `${name} numbers ${sequences.join()}`],
    [(counted?.eventCount ?? 0) === sequences.length, `${name} counts ${counted?.eventCount}`],
  ];
};

const isCompensated = ({ timeouts = [], onTimeout }: OrderScript): boolean =>
  timeouts.length > 0 && onTimeout === 'compensate';

const isRefusedBy = ({ isBlocked, isOverLimit }: OrderScript): boolean =>
  isBlocked === true || isOverLimit === true;

/** Whether nothing stands in the way of the order's ticket. */
const isDueTicket = ({ script, hasSeat }: Played): boolean => {
  const isSold = hasSeat === true || (script.flight ?? 'roomy') === 'roomy';
  return isSold && !isRefusedBy(script) && !isCompensated(script);
};

const isSeatOf = ({ ticket }: Snapshot, issued: EventSeen | undefined): boolean =>
  issued === undefined || issued.payload['seat'] === ticket?.seat;

/** What the script demands of payment and ticket. */
const stepClaims = (order: Snapshot, played: Played): Claim[] => {
  const { isOverLimit, flight } = played.script;
  const issued = eventOf(order, 'TicketIssued');
  const isPaid = has(order, 'PaymentAuthorized');
  const amount = isOverLimit === true ? limitMinor + 1 : usualAmount;
  return [
    [!(isPaid && isRefusedBy(played.script)), 'was paid, though it must be refused'],
    [issued === undefined || flight !== 'departed', 'has a ticket of a flight that has departed'],
    [issued !== undefined || !isDueTicket(played), 'had a seat, and got no ticket'],
    [isSeatOf(order, issued), 'has another seat than it was told'],
    [order.amountMinor === amount, 'costs something else'],
  ];
};

/** What the script allows to be taken back. */
const refundClaims = (order: Snapshot, { script, refundAnswers }: Played): Claim[] => {
  const outcome = eventOf(order, 'RefundRequested')?.payload['outcome'];
  const [issuedAt, refundedAt] = (['TicketIssued', 'RefundRequested'] as const).map((type) =>
    order.facts.indexOf(type),
  ) as [number, number];
  const isAfterTicket = issuedAt >= 0 && issuedAt < refundedAt;
  const isPromised = refundAnswers.includes('REFUND_PENDING');
  return [
    [outcome !== 'CANCELLED' || isCompensated(script), 'was taken back, though nobody wanted it'],
    [outcome !== 'REFUNDED' || wasAsked(script), 'is refunded, though nobody wanted it'],
    [outcome !== 'REFUNDED' || isAfterTicket, 'was refunded before its ticket was issued'],
    [!isPromised || outcome !== undefined, 'is not refunded, though that was promised'],
  ];
};

const wasAsked = ({ refunds = [] }: OrderScript): boolean => refunds.length > 0;

const refundRefusals = ['REFUND_PENDING', 'saga-under-way', 'order-cancelled'];

/** Describes what is wrong with what a user was answered, and with how many orders that made. */
export const findCallFaults = (
  { script, userId, told, refundAnswers, faults }: Played,
  orders: readonly Snapshot[],
): string[] => {
  const ids = orders.filter((order) => order.userId === userId).map(({ orderId }) => orderId);
  return [
    ...faults,
    ...refundAnswers
      .filter((answer) => !refundRefusals.includes(answer))
      .map((answer) => `a refund was answered ${answer}`),
    ...failedOf([
      [ids.length <= 1, `one user has ${ids.length} orders`],
      [script.keyedCalls === undefined || ids.length === 1, `one key made ${ids.length} orders`],
      [told.every((orderId) => ids.includes(orderId)), 'an order that was created is not there'],
    ]),
  ];
};

/** Describes what is wrong with the seats of one flight. */
export const findSeatFaults = (
  orders: readonly Snapshot[],
  flight: string,
  capacity: number,
): string[] => {
  const seats = orders.flatMap(({ ticket }) =>
    ticket?.status === 'ISSUED' && ticket.flight === flight ? [ticket.seat] : [],
  );
  return failedOf([
    [new Set(seats).size === seats.length, `a seat was sold twice: ${seats.join()}`],
    [seats.length <= capacity, `${seats.length} of ${capacity} seats were sold`],
  ]);
};
