import { Pool } from 'pg';
import { Category, InventoryService } from '#gen/inventory/v1/inventory_pb.ts';
import { createTestDatabase } from '../testing/engines/database.ts';
import { contractWords } from '../testing/services/contract-words.ts';
import type { RestContract } from '../testing/services/rest-client.ts';
import { protocols, startService, type RunningService } from '../testing/services/start-service.ts';

const { getPart, listParts, getStock, reserveStock, releaseStock, commitStock } =
  InventoryService.method;

const rest: RestContract = {
  paths: {
    GetPart: 'GET /api/v1/parts/{part_id}',
    ListParts: 'GET /api/v1/parts',
    GetStock: 'GET /api/v1/parts/{part_id}/stock',
    ReserveStock: 'POST /api/v1/reservations',
    ReleaseStock: 'POST /api/v1/reservations/{order_id}/release',
    CommitStock: 'POST /api/v1/reservations/{order_id}/commit',
  },
  answerFields: { GetPart: 'part' },
};

const seeded = (n: number) => `01970000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const newId = () => crypto.randomUUID();

let admin: Pool;
let inventory: RunningService;

beforeAll(async () => {
  const database = await createTestDatabase();
  admin = new Pool({ connectionString: database.adminUrl, max: 2, allowExitOnIdle: true });
  const env = { DATABASE_URL: database.urlFor('inventory') };
  inventory = await startService({ name: 'inventory', rest, env });
});

afterAll(async () => {
  await inventory.stop();
  await admin.end();
});

/** Adds a part that no other test knows. Its id is greater than those of the seed. */
const addPart = async (stockQuantity: number): Promise<string> => {
  const partId = `f${newId().slice(1)}`;
  await admin.query(
    `INSERT INTO inventory.parts
     SELECT $1, name, description, price_minor, $2, 0, category, length_cm, width_cm, height_cm, weight_kg,
            manufacturer_name, manufacturer_country, manufacturer_website, '{test}', metadata, created_at, updated_at
       FROM inventory.parts WHERE part_id = $3`,
    [partId, stockQuantity, seeded(1)],
  );
  return partId;
};

describe.each(protocols)('Parts through %s', (protocol) => {
  const { ask, expectRefusal, expectInvalid } = contractWords(() => inventory, protocol);

  test('a part is shown with its price in rubles and facts of each type', async () => {
    const { part } = await ask(getPart, { partId: seeded(1) });
    expect(part).toMatchObject({
      partId: seeded(1),
      name: 'Vostok main engine',
      price: 1_250_000.5,
      stockQuantity: 100_000n,
      category: Category.ENGINE,
      dimensions: { length: 310, width: 145, height: 145, weight: 1_190 },
      manufacturer: { name: 'Volga Motors', country: 'Russia' },
      tags: ['main', 'kerosene'],
      metadata: {
        thrust_kn: { value: { case: 'doubleValue', value: 912.5 } },
        restarts: { value: { case: 'int64Value', value: 1n } },
        reusable: { value: { case: 'boolValue', value: false } },
      },
    });
  });

  test('an unknown part is not found, a wrong id refused', async () => {
    const partId = newId();
    const refusal = {
      code: 'NOT_FOUND',
      reason: 'part-not-found',
      metadata: { part_ids: partId },
    };
    await expectRefusal(getPart, { partId }, refusal);
    await expectRefusal(getStock, { partId }, refusal);
    await expectInvalid(getPart, { partId: 'engine' }, 'part_id');
    await expectInvalid(getStock, { partId: 'engine' }, 'part_id');
  });

  test('filters are OR inside a field and AND between fields', async () => {
    const { parts, nextPageToken } = await ask(listParts, {
      filter: {
        partIds: [1, 2, 3, 4, 12].map(seeded),
        categories: [Category.ENGINE, Category.WING],
        tags: ['steering', 'kerosene'],
      },
    });
    expect(parts.map(({ partId }) => partId)).toEqual([1, 3, 12].map(seeded));
    expect(nextPageToken).toBe('');
    const byName = { filter: { names: ['grid FIN'], manufacturerCountries: ['Russia', 'Japan'] } };
    expect((await ask(listParts, byName)).parts).toMatchObject([{ partId: seeded(12) }]);
  });

  test('pages follow each other', async () => {
    const filter = { categories: [Category.FUEL, Category.PORTHOLE] };
    const found: string[] = [];
    let pageToken = '';
    do {
      const page = await ask(listParts, { filter, pageSize: 4, pageToken });
      found.push(...page.parts.map(({ partId }) => partId));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(found).toEqual([4, 5, 6, 7, 8, 9].map(seeded));
  });

  test('wrong filters, sizes and tokens are refused, naming the field', async () => {
    await expectInvalid(listParts, { filter: { partIds: ['x'] } }, 'filter.part_ids[0]');
    await expectInvalid(listParts, { pageSize: 1_001 }, 'page_size');
    await expectInvalid(listParts, { pageToken: 'nonsense' }, 'page_token');
  });
});

describe.each(protocols)('Reservations through %s', (protocol) => {
  const { ask, expectRefusal } = contractWords(() => inventory, protocol);
  const availableOf = async (partId: string) => (await ask(getStock, { partId })).available;

  test('pieces are set aside, all or none, once for an order', async () => {
    const [enough, short, orderId] = [await addPart(10), await addPart(2), newId()];
    const items = [
      { partId: enough, quantity: 3 },
      { partId: enough.toUpperCase(), quantity: 1 },
    ];
    const tooMuch = [...items, { partId: short, quantity: 3 }];
    await expectRefusal(
      reserveStock,
      { orderId, items: tooMuch },
      { code: 'FAILED_PRECONDITION', reason: 'out-of-stock', metadata: { part_ids: short } },
    );
    expect(await availableOf(enough)).toBe(10n);
    for (let times = 0; times < 2; times += 1) {
      await ask(reserveStock, { orderId, items });
      expect(await availableOf(enough)).toBe(6n);
    }
    await expectRefusal(
      reserveStock,
      { orderId, items: items.slice(1) },
      { code: 'FAILED_PRECONDITION', reason: 'reservation-differs' },
    );
  });

  test('an unknown part is named', async () => {
    const partId = newId();
    await expectRefusal(
      reserveStock,
      { orderId: newId(), items: [{ partId, quantity: 1 }] },
      { code: 'NOT_FOUND', reason: 'part-not-found', metadata: { part_ids: partId } },
    );
  });

  test('released pieces are there again, and the order gets none any more', async () => {
    const [partId, orderId] = [await addPart(5), newId()];
    const wanted = { orderId, items: [{ partId, quantity: 5 }] };
    await ask(reserveStock, wanted);
    expect(await availableOf(partId)).toBe(0n);
    for (let times = 0; times < 2; times += 1) {
      await ask(releaseStock, { orderId });
      expect(await availableOf(partId)).toBe(5n);
    }
    const released = { code: 'FAILED_PRECONDITION', reason: 'reservation-released' };
    await expectRefusal(reserveStock, wanted, released);
    await expectRefusal(commitStock, { orderId }, released);
  });

  test('a release that comes first keeps a late reservation out', async () => {
    const [partId, orderId] = [await addPart(5), newId()];
    await ask(releaseStock, { orderId });
    await expectRefusal(
      reserveStock,
      { orderId, items: [{ partId, quantity: 1 }] },
      { code: 'FAILED_PRECONDITION', reason: 'reservation-released' },
    );
  });

  test('committed pieces are gone for good', async () => {
    const [partId, orderId] = [await addPart(5), newId()];
    const wanted = { orderId, items: [{ partId, quantity: 3 }] };
    await expectRefusal(
      commitStock,
      { orderId },
      { code: 'NOT_FOUND', reason: 'reservation-not-found' },
    );
    await ask(reserveStock, wanted);
    for (let times = 0; times < 2; times += 1) {
      await ask(commitStock, { orderId });
      expect((await ask(getPart, { partId })).part?.stockQuantity).toBe(2n);
      expect(await availableOf(partId)).toBe(2n);
    }
    const committed = { code: 'FAILED_PRECONDITION', reason: 'reservation-committed' };
    await expectRefusal(releaseStock, { orderId }, committed);
    await expectRefusal(reserveStock, wanted, committed);
  });
});

describe.each(protocols)('Reservations through %s', (protocol) => {
  const { expectInvalid } = contractWords(() => inventory, protocol);

  test('wrong orders and items are refused, naming the field', async () => {
    const item = { partId: seeded(1), quantity: 1 };
    await expectInvalid(reserveStock, { orderId: newId(), items: [] }, 'items');
    await expectInvalid(
      reserveStock,
      { orderId: newId(), items: [item, { ...item, quantity: 0 }] },
      'items[1].quantity',
    );
    await expectInvalid(reserveStock, { orderId: 'x', items: [item] }, 'order_id');
    await expectInvalid(releaseStock, { orderId: 'x' }, 'order_id');
    await expectInvalid(commitStock, { orderId: 'x' }, 'order_id');
  });
});

test('REST prints short words of enums and reads long and short ones', async () => {
  const read = async (path: string): Promise<unknown> =>
    (await fetch(`${inventory.url}/api/v1/parts${path}`)).json();
  expect(await read(`/${seeded(1)}`)).toMatchObject({ category: 'ENGINE', price: 1_250_000.5 });
  for (const word of ['ENGINE', 'CATEGORY_ENGINE', 'engine']) {
    const { parts } = (await read(`?filter.categories=${word}&filter.tags=ion`)) as {
      parts: { part_id: string }[];
    };
    expect(parts).toMatchObject([{ part_id: seeded(2), category: 'ENGINE' }]);
  }
});
