import { parseArgs } from 'node:util';
import { chooseCases, readOptionsOrExit as readOrExit } from '../case-options.ts';
import type { BenchCase } from './bench.ts';
import { cases } from './cases.ts';

export interface Options {
  only: readonly BenchCase[];
  rounds: number;
  scale: number;
}

const help = `node bench/outbox.ts [options]

  --only <case,…>   only these cases
  --rounds <n>      how often what is a median is measured (3)
  --scale <share>   this share of the rows, e.g. 0.1, for a try (1)
  --help            this text

cases
${cases.map(({ name, about }) => `  ${name.padEnd(10)} ${about}`).join('\n')}`;

/** Reads the options. After --help, and for invalid arguments, it ends the process. */
export const readOptionsOrExit = (args: string[]): Options =>
  readOrExit(help, () => readOptions(args));

const readOptions = (args: string[]): Options | undefined => {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string' },
      rounds: { type: 'string', default: '3' },
      scale: { type: 'string', default: '1' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return undefined;
  const rounds = Number(values.rounds);
  const scale = Number(values.scale);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds must be 1 or more');
  if (!(scale > 0 && scale <= 1)) throw new Error('--scale must be above 0, and 1 at most');
  return { only: chooseCases(cases, values.only), rounds, scale };
};
