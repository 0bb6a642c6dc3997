import { createTestDatabase, type TestDatabase } from '../testing/engines/database.ts';
import { openLomsTables } from '../testing/loms/tables.ts';
import { openLoms } from '../tools/fuzz/loms.ts';
import { openOthers } from '../tools/fuzz/others.ts';
import { formatResult } from '../tools/fuzz/report.ts';
import { runFuzz } from '../tools/fuzz/run.ts';
import type { Subject } from '../tools/fuzz/subject.ts';

// A short `make fuzz`. `make fuzz` chooses another seed each time; here FUZZ_SEED sets it.
const seed = Number(process.env['FUZZ_SEED'] ?? 20_260_101);

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});

const expectNothingFound = async (subject: Subject, seconds: number): Promise<void> => {
  console.info(`${subject.name}: seed ${seed}`);
  const result = await runFuzz({ subject, seconds, seed, say: () => undefined });
  if (result.faults.length > 0) throw new Error(`seed ${seed}\n${formatResult(result)}`);
  expect(result.strikes).toBeGreaterThan(seconds);
  expect(result.healthy.answered).toBeGreaterThan(0);
};

test('no input ends loms, makes it fail, or keeps others from being served', async () => {
  const tables = openLomsTables(database.adminUrl);
  const loms = await openLoms(database.urlFor('loms'), tables);
  await expectNothingFound(loms, 20).finally(() => tables.close());
});

test.each([0, 1, 2])('nor does any of the RPCs of booking, ticket and pvz (%d)', async (n) => {
  await expectNothingFound(openOthers(database)[n]!, 4);
});
