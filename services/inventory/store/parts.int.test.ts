import { createTestDatabase } from '../../../testing/engines/database.ts';
import type { Pool } from '#platform/database/pool.ts';
import { openTestPool } from '../../../testing/test-pool.ts';
import type { PartsFilter } from '../domain/part.ts';
import { findPart, selectParts } from './parts.ts';
import { findStock } from './stocks.ts';

let pool: Pool;

beforeAll(async () => {
  const database = await createTestDatabase();
  pool = openTestPool(database.urlFor('inventory'));
});
afterAll(() => pool.end());

const idOf = (n: number) => `01970000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const everything: PartsFilter = {
  partIds: [],
  names: [],
  categories: [],
  manufacturerCountries: [],
  tags: [],
};

/** The numbers of the seeded parts that fit. */
const list = async (filter: Partial<PartsFilter>, afterId?: string, limit = 100) => {
  const wanted = { filter: { ...everything, ...filter }, afterId, limit };
  const parts = await selectParts(pool)(wanted);
  return parts.map(({ partId }) => Number(partId.slice(-12)));
};

test('a part is found with all that is known of it', async () => {
  const part = await findPart(pool)(idOf(2));
  expect(part).toEqual({
    partId: idOf(2),
    name: 'Kepler ion drive',
    description: 'Weak and patient: pushes for years.',
    priceMinor: 98_750_000n,
    stockQuantity: 3n,
    category: 'ENGINE',
    dimensions: { lengthCm: 96, widthCm: 60, heightCm: 60, weightKg: 84.5 },
    manufacturer: {
      name: 'Kepler Antriebe',
      country: 'Germany',
      website: 'https://kepler-antriebe.example',
    },
    tags: ['ion', 'deep-space'],
    metadata: {
      thrust_kn: { kind: 'double', value: 0.00025 },
      hours_tested: { kind: 'int64', value: 51_184n },
      propellant: { kind: 'string', value: 'xenon' },
    },
    createdAt: expect.any(Date),
    updatedAt: expect.any(Date),
  });
  expect(await findPart(pool)(idOf(99))).toBeUndefined();
});

test('a dozen parts are there, with plenty, few and none', async () => {
  expect(await list({})).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  const [plenty, few, none] = await Promise.all([4, 2, 6].map((n) => findStock(pool)(idOf(n))));
  expect([plenty, few, none].map((stock) => stock?.stockQuantity)).toEqual([1_000_000n, 3n, 0n]);
});

test.each<[string, Partial<PartsFilter>, number[]]>([
  ['ids', { partIds: [idOf(3), idOf(1), idOf(99)] }, [1, 3]],
  ['a name in another case', { names: ['CUPOLA window', 'Grid fin', 'Grid'] }, [9, 12]],
  ['categories', { categories: ['FUEL', 'WING'] }, [4, 5, 6, 10, 11, 12]],
  ['countries', { manufacturerCountries: ['Japan', 'Germany'] }, [2, 3, 6, 7, 8]],
  ['any of the tags', { tags: ['steering', 'deep-space'] }, [2, 3, 6, 12]],
  ['tag and category', { tags: ['steering', 'kerosene'], categories: ['ENGINE'] }, [1, 3]],
  ['what no part has', { tags: ['glass'], categories: ['FUEL'] }, []],
])('finds by %s', async (_, filter, expected) => {
  expect(await list(filter)).toEqual(expected);
});

test('goes on behind a part', async () => {
  expect(await list({ categories: ['FUEL', 'WING'] }, idOf(5), 2)).toEqual([6, 10]);
});
