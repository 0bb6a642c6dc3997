// `make chaos`: injects faults under load, one after the other and at random, and checks every event after each.
import { randomInt } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { leaveWhenIdle } from '../deploy/local/leave-when-idle.ts';
import { createPrograms, type Program } from './chaos/programs.ts';
import { formatSection, replaceSection, type Run } from './chaos/report.ts';
import { isFine } from './chaos/run.ts';

const help = `node tools/chaos.ts [--system NAME] [--only FAULT]… [--seed N] [--seconds N] [--rate N] [--share X]
                   [--times N] [--list]

  --system NAME  loms (orders of goods), yard (the rocket yard), engines (the yard on three brokers and a Postgres
                 with a standby, which fail in part), pvz (the pick-up point) or booking (the booking saga) alone;
                 usually one after the other
  --only FAULT   this fault alone, once; may be given several times; "random": the random phase
  --seed N       the same faults at random as in the run that printed it (or CHAOS_SEED=N)
  --seconds N    how long the random phase lasts (75)
  --rate N       orders a second (loms 300, yard and engines 30, pvz 60, booking 20)
  --share X      shorter or longer faults, e.g. 0.5
  --times N      all of it so often, with seeds that follow each other; ends with the first run that finds something
  --list         the faults, and whether they can be run here

All faults of a system make its section of bench/results/chaos.md. Exit code 0: nothing lost, out of order or made up;
1: something is.`;

const heldSeconds = 180;
const reportFile = 'bench/results/chaos.md';

const read = () => {
  try {
    return parseArgs({
      options: {
        system: { type: 'string' },
        only: { type: 'string', multiple: true },
        seed: { type: 'string', default: process.env['CHAOS_SEED'] ?? String(randomInt(1, 1e6)) },
        seconds: { type: 'string', default: '75' },
        rate: { type: 'string' },
        share: { type: 'string', default: '1' },
        times: { type: 'string', default: '1' },
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
if (values.help) {
  console.log(help);
  process.exit(0);
}
const { only, rate } = values;
const share = numberOf('share', values.share);
const seed = numberOf('seed', values.seed);
const randomSeconds = numberOf('seconds', values.seconds);
const times = numberOf('times', values.times);
if (!Number.isInteger(times) || times < 1) refuse('--times must be 1 or more.');
const knows = ({ faults }: Program, wanted: string) =>
  wanted === 'random' || faults.some(({ name }) => name === wanted);
const programs = createPrograms(heldSeconds * share).filter(
  (program) =>
    program.name === (values.system ?? program.name) &&
    (only?.some((wanted) => knows(program, wanted)) ?? true),
);
const unknown = only?.find((wanted) => !programs.some((program) => knows(program, wanted)));
if (unknown !== undefined) refuse(`There is no fault "${unknown}"; --list names them.`);
if (programs.length === 0) refuse(`There is no system "${values.system}".`);
if (values.list) {
  for (const { name: system, faults } of programs)
    for (const { name, title } of faults)
      console.log(`${system.padEnd(7)} ${name.padEnd(24)} ${title}`);
  process.exit(0);
}

leaveWhenIdle();
const stop = new AbortController();
process.once('SIGINT', () => {
  console.log('stopping …');
  stop.abort(new Error('stopped'));
});
process.once('SIGTERM', () => stop.abort(new Error('stopped')));

/** Runs a program once; `before` are the runs that preceded it. */
const play = async (program: Program, before: readonly Run[]): Promise<Run> => {
  const ordersPerSecond =
    rate === undefined ? program.usualOrdersPerSecond : numberOf('rate', rate);
  const runSeed = seed + before.length;
  console.log(`seed ${runSeed}`);
  const startedMs = performance.now();
  const elapsed = () => ((performance.now() - startedMs) / 1_000).toFixed(0).padStart(4);
  const outcomes = await program.run({
    only,
    seed: runSeed,
    randomSeconds,
    share,
    ordersPerSecond,
    signal: stop.signal,
    say: (line) => console.log(`${elapsed()} s  ${line}`),
  });
  const run = { seed: runSeed, minutes: (performance.now() - startedMs) / 60_000, outcomes };
  const { words } = program;
  const section = formatSection({ words, ordersPerSecond, share, run, before });
  if (only === undefined)
    await writeFile(reportFile, replaceSection(await readFile(reportFile, 'utf8'), section));
  else console.log(`\n${section}`);
  return run;
};

/**
 * Runs a program as often as asked. Returns false after the first run that finds a fault, and starts no further one.
 */
const playAll = async (program: Program): Promise<boolean> => {
  const runs: Run[] = [];
  while (runs.length < times) {
    const run = await play(program, runs);
    if (!run.outcomes.every(isFine)) return false;
    runs.push(run);
  }
  return true;
};

try {
  let areFine = true;
  for (const program of programs) areFine = (await playAll(program)) && areFine;
  console.log(areFine ? 'Nothing lost, nothing out of order.' : 'Something is off: see above.');
  process.exitCode = areFine ? 0 : 1;
} catch (error) {
  if (!stop.signal.aborted) throw error;
  process.exitCode = 130;
}
