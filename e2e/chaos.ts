// `make chaos`: faults one after the other and at random, under load, each checked event by event.
import { randomInt } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { leaveWhenIdle } from '../deploy/local/leave-when-idle.ts';
import { catalogue } from './chaos/catalogue.ts';
import { formatReport } from './chaos/report.ts';
import { isFine, runChaos } from './chaos/run.ts';

const help = `node e2e/chaos.ts [--only FAULT]… [--seed N] [--seconds N] [--rate N] [--share X] [--list]

  --only FAULT   this fault alone, once; may be given several times; "random": the random phase
  --seed N       the same faults at random as in the run that printed it (or CHAOS_SEED=N)
  --seconds N    how long the random phase lasts (75)
  --rate N       orders a second (300)
  --share X      shorter or longer faults, e.g. 0.5
  --list         the faults, and whether they can be run here

A whole run writes bench/results/chaos.md. Exit code 0: nothing lost, out of order or made up; 1: something is.`;

const heldSeconds = 180;

const read = () => {
  try {
    return parseArgs({
      options: {
        only: { type: 'string', multiple: true },
        seed: { type: 'string', default: process.env['CHAOS_SEED'] ?? String(randomInt(1, 1e6)) },
        seconds: { type: 'string', default: '75' },
        rate: { type: 'string', default: '300' },
        share: { type: 'string', default: '1' },
        list: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    return refuse((error as Error).message);
  }
};

const refuse = (why: string): never => {
  console.error(`${why}\n\n${help}`);
  process.exit(2);
};

const numberOf = (name: string, text: string): number => {
  const value = Number(text);
  return text !== '' && value >= 0 ? value : refuse(`--${name} must be a number, not "${text}".`);
};

const values = read();
const share = numberOf('share', values.share);
const all = catalogue(heldSeconds * share);
const { only } = values;
const unknown = only?.find(
  (wanted) => wanted !== 'random' && !all.some(({ name }) => name === wanted),
);
if (unknown !== undefined) refuse(`There is no fault "${unknown}"; --list names them.`);
if (values.help) {
  console.log(help);
  process.exit(0);
}
if (values.list) {
  for (const { name, title } of all) console.log(`${name.padEnd(20)} ${title}`);
  process.exit(0);
}

leaveWhenIdle();
const stop = new AbortController();
process.once('SIGINT', () => {
  console.log('stopping …');
  stop.abort(new Error('stopped'));
});
process.once('SIGTERM', () => stop.abort(new Error('stopped')));

const seed = numberOf('seed', values.seed);
const ordersPerSecond = numberOf('rate', values.rate);
const wantsRandom = only === undefined || only.includes('random');
const startedMs = performance.now();
const elapsed = () => ((performance.now() - startedMs) / 1_000).toFixed(0).padStart(4);
console.log(`seed ${seed}`);
try {
  const outcomes = await runChaos({
    faults: all.filter(({ name }) => (only ? only.includes(name) : name !== 'publisher-kill-once')),
    random: {
      from: all.filter(({ isForRandom }) => isForRandom),
      seconds: wantsRandom ? numberOf('seconds', values.seconds) : 0,
      seed,
    },
    ...{ share, ordersPerSecond, signal: stop.signal },
    say: (line) => console.log(`${elapsed()} s  ${line}`),
  });
  const minutes = (performance.now() - startedMs) / 60_000;
  const report = formatReport({ seed, ordersPerSecond, minutes, outcomes });
  if (only === undefined) await writeFile('bench/results/chaos.md', report);
  else console.log(`\n${report}`);
  const areFine = outcomes.every(isFine);
  console.log(areFine ? 'Nothing lost, nothing out of order.' : 'Something is off: see above.');
  process.exitCode = areFine ? 0 : 1;
} catch (error) {
  if (!stop.signal.aborted) throw error;
  process.exitCode = 130;
}
