// `make fuzz`: sends malformed, hostile and unlucky input to the servers of loms and the RPCs of booking, ticket and pvz, with valid
// requests alongside.
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { leaveWhenIdle } from '../deploy/local/leave-when-idle.ts';
import { createTestDatabase } from '../testing/engines/database.ts';
import setup from '../testing/engines/setup.ts';
import teardown from '../testing/engines/teardown.ts';
import type { Attack } from './fuzz/attack.ts';
import { openLoms } from './fuzz/loms.ts';
import { openOthers } from './fuzz/others.ts';
import { formatResult } from './fuzz/report.ts';
import { runFuzz } from './fuzz/run.ts';
import type { Subject } from './fuzz/subject.ts';
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
if (!(seconds > 0) || !Number.isSafeInteger(seed)) {
  console.error('node tools/fuzz.ts [--seconds 300] [--seed N] [--only PART_OF_A_NAME]');
  process.exit(2);
}

/** The subjects with those of their attacks that are wanted. */
const choose = (subjects: readonly Subject[]): Subject[] => {
  const isWanted = ({ name }: Attack) => name.toLowerCase().includes(values.only.toLowerCase());
  return subjects
    .map((subject) => ({ ...subject, attacks: subject.attacks.filter(isWanted) }))
    .filter(({ attacks }) => attacks.length > 0);
};

leaveWhenIdle();
await setup();
try {
  const database = await createTestDatabase();
  const tables = openLomsTables(database.adminUrl);
  const all = [await openLoms(database.urlFor('loms'), tables), ...openOthers(database)];
  const chosen = choose(all);
  if (chosen.length === 0) {
    const names = all.flatMap(({ attacks }) => attacks.map(({ name }) => name)).join(', ');
    console.error(`No attack is named so; there are: ${names}`);
    process.exitCode = 2;
  }
  for (const subject of chosen) {
    // loms, whose servers the others have too, takes half of the time
    const share =
      chosen.length === 1 ? 1 : subject.name === 'loms' ? 0.5 : 0.5 / (chosen.length - 1);
    console.log(`${subject.name}: seed ${seed}, ${(seconds * share).toFixed(0)} s`);
    const say = console.log;
    const result = await runFuzz({ subject, seconds: seconds * share, seed, say });
    console.log(formatResult(result));
    if (result.faults.length > 0) process.exitCode = 1;
  }
  await tables.close();
} finally {
  await teardown();
}
