import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTestAuthority, type TestAuthority } from '../testing/certificates.ts';
import { startShop, type Shop } from '../testing/order/start-shop.ts';
import { openShopTables, type ShopTables } from '../testing/order/tables.ts';
import { killLeftServices, launchService, portOf } from '../testing/services/start-service.ts';

// Inventory and payment require a certificate and a token; order's own servers use neither.

let shop: Shop;
let tables: ShopTables;
let authority: TestAuthority;
let peers: Record<string, string>;
let access: Record<string, string>;

const fileWith = async (name: string, text: string): Promise<string> => {
  const file = join(authority.folder, name);
  await writeFile(file, text);
  return file;
};

beforeAll(async () => {
  [shop, authority] = await Promise.all([startShop(), createTestAuthority()]);
  tables = openShopTables(shop.database.adminUrl);
  const [server, client] = [await authority.issue('server'), await authority.issue('order')];
  const sha256 = createHash('sha256').update('token-of-order').digest('hex');
  const roles = '[parts:read, stocks:write, payments:write]';
  const tokens = `tokens:\n  - { subject: order, sha256: ${sha256}, roles: ${roles} }\n`;
  const secured = {
    TLS_CERT_FILE: server.cert,
    TLS_KEY_FILE: server.key,
    TLS_CLIENT_CA_FILE: authority.ca,
    AUTH_TOKENS_FILE: await fileWith('tokens.yaml', tokens),
  };
  const start = async (name: string, others = {}): Promise<string> => {
    const env = { DATABASE_URL: shop.database.urlFor(name), ...secured, ...others };
    return `https://localhost:${await portOf(launchService(name, env), 'gRPC is open')}`;
  };
  peers = {
    INVENTORY_URL: await start('inventory'),
    PAYMENT_URL: await start('payment', shop.bookings),
  };
  access = {
    RPC_CLIENT_TOKEN_FILE: await fileWith('token', 'token-of-order\n'),
    RPC_CLIENT_CA_FILE: authority.ca,
    RPC_CLIENT_CERT_FILE: client.cert,
    RPC_CLIENT_KEY_FILE: client.key,
  };
});
afterAll(async () => {
  await killLeftServices();
  await tables.close();
  await authority.close();
});

const placeBy = async (env: Record<string, string>) => {
  const order = await shop.startOrder({ ...peers, ...env });
  const body = {
    user_id: crypto.randomUUID(),
    part_ids: [await tables.addPart(1)],
    payment_method: 'CARD',
  };
  const response = await fetch(`${order.url}/api/v1/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as Record<string, unknown>;
  expect(await order.stop()).toMatchObject({ code: 0 });
  return { status: response.status, answer };
};

test('with a certificate and a token an order is reserved and paid', async () => {
  expect(await placeBy(access)).toMatchObject({ status: 201, answer: { status: 'PAID' } });
});

test('without either, the caller hears that inventory is not available, and no more', async () => {
  const { RPC_CLIENT_CA_FILE = '', RPC_CLIENT_TOKEN_FILE = '' } = access;
  const wrong = { RPC_CLIENT_TOKEN_FILE: await fileWith('other', 'token-of-another') };
  const refused = { status: 503, answer: { reason: 'inventory-unavailable' } };
  expect(await placeBy({ RPC_CLIENT_CA_FILE, RPC_CLIENT_TOKEN_FILE })).toMatchObject(refused);
  expect(await placeBy({ ...access, ...wrong })).toMatchObject(refused);
});
