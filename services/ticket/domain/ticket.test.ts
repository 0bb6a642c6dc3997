import type { Sale } from './sale.ts';
import { decide, type Cause, type Ticket, type TicketStatus } from './ticket.ts';

const flight = { from: 'SVO', to: 'LED', date: '2028-02-29', time: '23:59', airline: 'SU' };
const paid = { type: 'PaymentAuthorized', orderId: 'o', userId: 'u', flight } as const;
const refund = { type: 'RefundRequested', orderId: 'o', reason: 'changed-mind' } as const;
const [early, now] = [new Date(1_000), new Date(5_000)];
const onSale: Sale = {
  departsAt: new Date(9_000),
  salesEndAt: new Date(7_000),
  capacity: 3,
  taken: new Set([1, 3]),
};
const decideAt = (ticket: Ticket | undefined, cause: Cause, sale?: Sale) =>
  decide(ticket, cause, { now, newTicketId: () => 't', sale });

const none = { orderId: 'o', ticketId: null, flight: null, seat: null, reason: null };
const name = 'SVO-LED-2028-02-29T23:59-SU';
const place = { ticketId: 't', seat: 2 };
const ticketWith = (status: TicketStatus): Ticket => ({
  ...none,
  ...(status === 'ISSUED' && place),
  ...(status === 'REJECTED' && { reason: 'sold-out' }),
  ...{ flight: name, status, eventCount: 1n, createdAt: early, updatedAt: early },
});

test('a payment buys the first free seat', () => {
  expect(decideAt(undefined, paid, onSale)).toEqual({
    ticket: { ...ticketWith('ISSUED'), createdAt: now, updatedAt: now },
    announcement: { type: 'TicketIssued', payload: { ...flight, ...place, userId: 'u' } },
  });
});

test.each<[string, Partial<Sale> | undefined]>([
  ['flight-not-found', undefined],
  ['flight-departed', { departsAt: now, salesEndAt: now }],
  ['sales-ended', { salesEndAt: now }],
  ['sold-out', { taken: new Set([1, 2, 3]) }],
])('the ticket is refused: %s', (reason, other) => {
  const decision = decideAt(undefined, paid, other && { ...onSale, ...other });
  expect(decision).toMatchObject({
    ticket: { status: 'REJECTED', reason, seat: null, eventCount: 1n, flight: other ? name : null },
    announcement: { type: 'TicketRejected', payload: { reason } },
  });
});

test('a moment before the end of the sale is early enough', () => {
  const sale = { ...onSale, salesEndAt: new Date(now.getTime() + 1) };
  expect(decideAt(undefined, paid, sale)?.ticket).toMatchObject({ status: 'ISSUED' });
});

test.each<TicketStatus>(['ISSUED', 'REJECTED', 'CANCELLED'])(
  'a payment of an order whose ticket is %s changes nothing',
  (status) => {
    expect(decideAt(ticketWith(status), paid, onSale)).toBeUndefined();
  },
);

test.each<[TicketStatus, object]>([
  ['ISSUED', place],
  ['REJECTED', {}],
])(
  'a refund cancels the ticket that is %s, and says so with its seat if it had one',
  (status, had) => {
    const ticket = ticketWith(status);
    expect(decideAt(ticket, refund)).toEqual({
      ticket: { ...ticket, status: 'CANCELLED', eventCount: 2n, updatedAt: now },
      announcement: { type: 'TicketCancelled', payload: { ...had, reason: 'changed-mind' } },
    });
  },
);

test('a refund that comes first leaves a cancelled ticket, so that none is issued later', () => {
  const decision = decideAt(undefined, refund);
  expect(decision).toEqual({
    ticket: { ...none, status: 'CANCELLED', eventCount: 1n, createdAt: now, updatedAt: now },
    announcement: { type: 'TicketCancelled', payload: { reason: 'changed-mind' } },
  });
  expect(decideAt(decision?.ticket, paid, onSale)).toBeUndefined();
});

test('a second refund changes nothing', () => {
  expect(decideAt(ticketWith('CANCELLED'), refund)).toBeUndefined();
});
