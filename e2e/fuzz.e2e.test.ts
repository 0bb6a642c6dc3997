import { randomInt } from 'node:crypto';
import { createTestDatabase } from '../testing/engines/database.ts';
import { attacks } from '../tools/fuzz/catalogue.ts';
import { formatResult } from '../tools/fuzz/report.ts';
import { runFuzz } from '../tools/fuzz/run.ts';
import { openLomsTables } from '../testing/loms/tables.ts';

// A short `make fuzz`; its seed is in what it prints when something is found.
const seconds = 20;

test('no input ends loms, makes it fail, or keeps others from being served', async () => {
  const database = await createTestDatabase();
  const tables = openLomsTables(database.adminUrl);
  const seed = randomInt(1, 1e9);
  const databaseUrl = database.urlFor('loms');
  const options = { databaseUrl, tables, attacks, seconds, seed, say: () => undefined };
  const result = await runFuzz(options).finally(() => tables.close());
  if (result.faults.length > 0) throw new Error(`seed ${seed}\n${formatResult(result)}`);
  expect(result.strikes).toBeGreaterThan(100);
  expect(result.healthy.answered).toBeGreaterThan(20);
});
