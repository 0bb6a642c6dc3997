// Calls running loms, order, pvz, booking and ticket services with types that openapi-typescript generated from /openapi.json. The file is
// compiled first, so a missing or misspelt reason is a type error here.
import createClient from 'openapi-fetch';
import type { paths as BookingPaths } from './booking.js';
import type { components, paths } from './loms.js';
import type { paths as ShipPaths } from './order.js';
import type { paths as PvzPaths } from './pvz.js';
import type { paths as TicketPaths } from './ticket.js';

declare const process: { argv: string[] };

const [lomsUrl = '', orderUrl = '', pvzUrl = '', bookingUrl = '', ticketUrl = ''] =
  process.argv.slice(2);
const loms = createClient<paths>({ baseUrl: lomsUrl });
const ships = createClient<ShipPaths>({ baseUrl: orderUrl });
const point = createClient<PvzPaths>({ baseUrl: pvzUrl });
const bookings = createClient<BookingPaths>({ baseUrl: bookingUrl });
const tickets = createClient<TicketPaths>({ baseUrl: ticketUrl });

const assert = (isTrue: boolean, what: unknown): void => {
  if (!isTrue) throw new Error(JSON.stringify(what));
};

const order = (sku: number) => ({ user_id: 12, items: [{ sku, count: 1 }] });

const key = `openapi-typescript-${Date.now()}`;
const once = { params: { header: { 'Idempotency-Key': key } }, body: order(1625903) };
const made = await loms.POST('/order/create', once);
const again = await loms.POST('/order/create', once);
const order_id: number = made.data?.order_id ?? 0;
assert(order_id > 0 && again.data?.order_id === order_id, [made.error, again.error]);
console.log('created once for two calls with one idempotency key');

const shown = await loms.GET('/order/info', { params: { query: { order_id } } });
assert(shown.data?.status === 'awaiting payment', shown);
const watching = { params: { query: { order_id } }, parseAs: 'text' } as const;
const cut = await loms
  .GET('/order/watch', { ...watching, signal: AbortSignal.timeout(1_000) })
  .catch((error: unknown) => error);
assert(cut instanceof Error && cut.name === 'TimeoutError', cut);
console.log('deadline of a watch');

await loms.POST('/order/pay', { body: { order_id } });
const events = await loms.GET('/order/watch', watching);
const ids = events.data?.split('\n').filter((line) => line.startsWith('id:'));
assert(ids?.join() === 'id: 1,id: 2,id: 3', ids);
console.log('paid, and watched to its end');

const { error: kept } = await loms.POST('/order/cancel', { body: { order_id } });
assert(kept?.reason === 'order-not-cancellable', kept);
const other = await loms.POST('/order/create', { body: order(1625903) });
await loms.POST('/order/cancel', { body: { order_id: other.data?.order_id ?? 0 } });
console.log('cancelled; a paid one is refused by a typed reason');

type Refusal = components['schemas']['OrderCreatePreconditionFailed'];
const tell = (refusal: Refusal): string => {
  switch (refusal.reason) {
    case 'out-of-stock':
      return `short of ${refusal.metadata?.['skus'] ?? '?'}`;
    case 'idempotency-key-reused':
      return 'another order';
    default:
      return refusal.reason satisfies never;
  }
};
const { error: short } = await loms.POST('/order/create', { body: order(139819069) });
assert(short?.code === 412 && tell(short) === 'short of 139819069', short);
console.log('out of stock as a type');

const user_id = '01970000-0000-7000-8000-0000000000aa';
const part_id = '01970000-0000-7000-8000-000000000001';
const byItems = { user_id, items: [{ part_id, quantity: 1 }] };
const ship = await ships.POST('/api/v1/orders', { body: byItems });
assert(ship.data?.status === 'PENDING_PAYMENT', ship.error);
const part_ids = ['00000000-0000-4000-8000-000000000007'];
const { error: unknown } = await ships.POST('/api/v1/orders', { body: { user_id, part_ids } });
assert(unknown?.code === 404 && unknown.reason === 'part-not-found', unknown);
// @ts-expect-error one of the two lists has to be there
const { error: neither } = await ships.POST('/api/v1/orders', { body: { user_id } });
assert(neither?.code === 400, neither);
console.log('a ship by its items, and by its part_ids');

const parcel = (id: number) => ({
  ...{ order_id: id, user_id: 7, expires_at: '2099-01-01T00:00:00Z' },
  ...{ package: 'bag', weight: 2.5, price: 100 },
});
const first = Date.now() * 1_000 + 500;
const file = { orders: [parcel(first), parcel(first + 1)] };
const imported = await point.POST('/orders/import', { body: file });
assert(imported.data?.imported === 2, imported);
const issued = await point.POST('/orders/process', {
  body: { user_id: 7, action: 'issue', order_ids: [first] },
});
assert(issued.data?.processed?.join() === String(first), issued);
const { error: seen } = await point.POST('/orders', { body: parcel(first) });
assert(seen?.error?.code === 'ORDER_ALREADY_EXISTS', seen);
console.log(
  'imported and issued at the pick-up point; an id seen before is refused by a typed code',
);

const departure = new Date(Date.now() + 63 * 86_400_000).toISOString();
const flight = {
  from: 'SVO',
  to: 'LED',
  date: departure.slice(0, 10),
  time: departure.slice(11, 16),
  airline: 'SU',
};
const { data: quote } = await bookings.POST('/quotes', { body: flight });
const seat = {
  user_id: 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
  quote_id: quote?.quote_id ?? '',
  ...flight,
};
const booked = await bookings.POST('/orders', { body: seat });
assert(booked.response.status === 201 && booked.data?.status === 'CREATED', booked);
const ofOrder = { params: { path: { order_id: booked.data?.order_id ?? '' } } };
const workflow = '/orders/{order_id}/workflow/watch';
const { data: steps } = await bookings.GET(workflow, { ...ofOrder, parseAs: 'text' });
assert(steps?.includes('"TicketIssued"') === true, steps);
const issuedOrder = await bookings.GET('/orders/{order_id}', ofOrder);
assert(issuedOrder.data?.amount_minor === quote?.amount_minor, issuedOrder);
const ticket = await tickets.GET('/api/v1/tickets/{order_id}', ofOrder);
assert(ticket.data?.ticket?.status === 'ISSUED', ticket);
const { error: stranger } = await bookings.POST('/orders', {
  body: { ...seat, user_id: ofOrder.params.path.order_id },
});
assert(stranger?.code === 404 && stranger.reason === 'user-not-found', stranger);
console.log('a ticket at the price of its quote; an unknown user is refused by a typed reason');
