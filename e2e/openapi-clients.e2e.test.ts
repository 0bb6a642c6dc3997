import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Addresses } from '../tools/clients/client.ts';
import { checkOpenapiPython, checkOpenapiTypescript } from '../tools/clients/generated.ts';
import { startLoms, type RunningLoms } from '../testing/loms/start-loms.ts';
import { startBooking, type BookingSystem } from '../testing/booking/start-booking.ts';
import { startShop, type Shop } from '../testing/order/start-shop.ts';
import { startService, type RunningService } from '../testing/services/start-service.ts';

// Clients that third-party generators generate from /openapi.json have a type for each refusal. `make clients` also
// runs a Java client, and clients for gRPC.

let shop: Shop;
let order: RunningService;
let loms: RunningLoms;
let pvz: RunningService;
let booking: BookingSystem;
let folder: string;
let at: Addresses;

beforeAll(async () => {
  shop = await startShop();
  [order, loms, pvz, booking] = await Promise.all([
    shop.startOrder(),
    startLoms(shop.database.urlFor('loms')),
    startService({
      name: 'pvz',
      rest: { paths: {} },
      env: { DATABASE_URL: shop.database.urlFor('pvz') },
    }),
    startBooking(),
  ]);
  folder = await mkdtemp(join(tmpdir(), 'inorder-clients-'));
  const addressOf = ({ grpcPort, url }: RunningService) => ({
    grpc: `127.0.0.1:${grpcPort}`,
    http: url,
  });
  at = {
    loms: addressOf(loms),
    order: addressOf(order),
    pvz: addressOf(pvz),
    booking: addressOf(booking.services.booking),
    ticket: addressOf(booking.services.ticket),
  };
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await Promise.all([loms.stop(), order.stop(), pvz.stop(), booking.close()]);
  await shop.stop();
});

const tried = [
  'created once for two calls with one idempotency key',
  'deadline of a watch',
  'paid, and watched to its end',
  'cancelled; a paid one is refused by a typed reason',
];

const pickUpPoint =
  'imported and issued at the pick-up point; an id seen before is refused by a typed code';

const ticket = 'a ticket at the price of its quote; an unknown user is refused by a typed reason';

test('a Python client, made by openapi-python-client, which leaves nothing out', async () => {
  const said = await checkOpenapiPython(join(folder, 'python'), at);
  expect(said.trim().split('\n')).toEqual([
    ...tried,
    'out of stock, and not found, as types',
    'a ship by its items, and by its part_ids',
    pickUpPoint,
    ticket,
  ]);
});

test('a TypeScript client, made by openapi-typescript, whose types are checked', async () => {
  const said = await checkOpenapiTypescript(join(folder, 'typescript'), at);
  expect(said.trim().split('\n')).toEqual([
    ...tried,
    'out of stock as a type',
    'a ship by its items, and by its part_ids',
    pickUpPoint,
    ticket,
  ]);
});
