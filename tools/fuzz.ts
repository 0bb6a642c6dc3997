// `make fuzz`: sends malformed, hostile and unlucky input to the servers of loms, with valid requests alongside.
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { leaveWhenIdle } from '../deploy/local/leave-when-idle.ts';
import { createTestDatabase } from '../testing/engines/database.ts';
import setup from '../testing/engines/setup.ts';
import teardown from '../testing/engines/teardown.ts';
import { attacks } from './fuzz/catalogue.ts';
import { formatResult } from './fuzz/report.ts';
import { runFuzz } from './fuzz/run.ts';
import { openLomsTables } from '../testing/loms/tables.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '300' },
    only: { type: 'string', default: '' },
    seed: { type: 'string', default: process.env['FUZZ_SEED'] ?? String(randomInt(1, 1e9)) },
  },
});
const seconds = Number(values.seconds);
const seed = Number(values.seed);
const chosen = attacks.filter(({ name }) => name.toLowerCase().includes(values.only.toLowerCase()));
if (!(seconds > 0) || !Number.isSafeInteger(seed) || chosen.length === 0) {
  const names = attacks.map(({ name }) => name).join(', ');
  console.error('node tools/fuzz.ts [--seconds 300] [--seed N] [--only PART_OF_A_NAME]');
  console.error(`attacks: ${names}`);
  process.exit(2);
}

leaveWhenIdle();
await setup();
try {
  console.log(`seed ${seed}, ${seconds} s`);
  const database = await createTestDatabase();
  const tables = openLomsTables(database.adminUrl);
  const databaseUrl = database.urlFor('loms');
  const say = console.log;
  const result = await runFuzz({ databaseUrl, tables, attacks: chosen, seconds, seed, say });
  await tables.close();
  console.log(formatResult(result));
  process.exitCode = result.faults.length === 0 ? 0 : 1;
} finally {
  await teardown();
}
