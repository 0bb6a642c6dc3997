import type { Clock } from '#platform/base/clock.ts';
import { departureOf, nameOf, type Flight } from '../domain/flight.ts';
import type { Sale } from '../domain/sale.ts';
import { decide, type Announcement, type Cause, type Ticket } from '../domain/ticket.ts';

/** A cause, and the headers of the events that it causes. */
export type Heard = Cause & { readonly headers: Readonly<Record<string, string>> };

/** What is announced of an order, and why. */
export interface Announced {
  /** The ticket as it is then. */
  readonly ticket: Ticket;
  readonly announcement: Announcement;
  readonly headers: Heard['headers'];
}

export interface Outcome {
  /** The tickets of orders that had none. */
  readonly created: readonly Ticket[];
  readonly cancelled: readonly Ticket[];
  /** In the order in which they happened. */
  readonly announced: readonly Announced[];
}

export interface HandleCausesDeps {
  now: Clock;
  newTicketId: () => string;
  /** Locks the tickets of these orders that there are. */
  lockTickets: (orderIds: readonly string[]) => Promise<readonly Ticket[]>;
  /** Locks these flights, all of which exist, and returns the sale of each by its name. */
  lockSales: (flights: readonly Flight[]) => Promise<ReadonlyMap<string, Sale>>;
  save: (outcome: Outcome) => Promise<void>;
}

/** Issues, refuses and cancels tickets, one cause after the other, and announces each. Call it in a transaction. */
export const handleCauses =
  (deps: HandleCausesDeps) =>
  async (heard: readonly Heard[]): Promise<void> => {
    const before = byOrder(await deps.lockTickets([...new Set(heard.map((each) => each.orderId))]));
    const wanted = heard.flatMap((each) =>
      each.type === 'PaymentAuthorized' && !before.has(each.orderId) ? [each.flight] : [],
    );
    const sales = await deps.lockSales(wanted.filter((flight) => departureOf(flight)));
    // under the locks, so that no ticket is issued after the end of its sale
    const now = deps.now();
    const announced = decideAll(heard, { before, sales, now, newTicketId: deps.newTicketId });
    if (announced.length === 0) return;
    const after = byOrder(announced.map(({ ticket }) => ticket));
    await deps.save({
      created: [...after.values()].filter(({ orderId }) => !before.has(orderId)),
      cancelled: [...after.values()].filter(({ orderId }) => before.has(orderId)),
      announced,
    });
  };

interface Known {
  before: ReadonlyMap<string, Ticket>;
  sales: ReadonlyMap<string, Sale>;
  now: Date;
  newTicketId: () => string;
}

const decideAll = (heard: readonly Heard[], known: Known): Announced[] => {
  const tickets = new Map(known.before);
  const taken = new Map([...known.sales].map(([name, sale]) => [name, new Set(sale.taken)]));
  const saleOf = (flight: Flight): Sale | undefined => {
    const sale = known.sales.get(nameOf(flight));
    return sale && { ...sale, taken: taken.get(nameOf(flight)) ?? sale.taken };
  };
  return heard.flatMap(({ headers, ...cause }) => {
    const sale = cause.type === 'PaymentAuthorized' ? saleOf(cause.flight) : undefined;
    const decision = decide(tickets.get(cause.orderId), cause, { ...known, sale });
    if (decision === undefined) return [];
    const { ticket } = decision;
    tickets.set(ticket.orderId, ticket);
    noteSeat(ticket, taken.get(ticket.flight ?? ''));
    return [{ ...decision, headers }];
  });
};

const noteSeat = ({ seat, status }: Ticket, taken: Set<number> | undefined): void => {
  if (seat === null) return;
  if (status === 'ISSUED') taken?.add(seat);
  else taken?.delete(seat);
};

const byOrder = (tickets: readonly Ticket[]): Map<string, Ticket> =>
  new Map(tickets.map((ticket) => [ticket.orderId, ticket]));
