import { createTestDatabase } from '../testing/engines/database.ts';
import { attacks } from '../tools/fuzz/catalogue.ts';
import { formatResult } from '../tools/fuzz/report.ts';
import { runFuzz } from '../tools/fuzz/run.ts';
import { openLomsTables } from '../testing/loms/tables.ts';

// A short `make fuzz`. `make fuzz` chooses another seed each time; here FUZZ_SEED sets it.
const seconds = 20;
const seed = Number(process.env['FUZZ_SEED'] ?? 20_260_101);

test('no input ends loms, makes it fail, or keeps others from being served', async () => {
  const database = await createTestDatabase();
  const tables = openLomsTables(database.adminUrl);
  const databaseUrl = database.urlFor('loms');
  console.info(`seed ${seed}`);
  const options = { databaseUrl, tables, attacks, seconds, seed, say: () => undefined };
  const result = await runFuzz(options).finally(() => tables.close());
  if (result.faults.length > 0) throw new Error(`seed ${seed}\n${formatResult(result)}`);
  expect(result.strikes).toBeGreaterThan(100);
  expect(result.healthy.answered).toBeGreaterThan(20);
});
