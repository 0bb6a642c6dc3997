import { parseArgs } from 'node:util';
import { chooseCases, readOptionsOrExit as readOrExit } from '../case-options.ts';
import type { BenchCase } from './bench.ts';
import { cases } from './cases.ts';

export interface Options {
  only: readonly BenchCase[];
  rounds: number;
  seconds: number;
}

const help = `node bench/rpc.ts [options]

  --only <case,…>   only these cases
  --rounds <n>      how often each thing is measured, taking turns (5)
  --seconds <n>     how long one turn takes (3)
  --help            this text

cases
${cases.map(({ name, about }) => `  ${name.padEnd(12)} ${about}`).join('\n')}`;

/** Reads the options. After --help, and for invalid arguments, it ends the process. */
export const readOptionsOrExit = (args: string[]): Options =>
  readOrExit(help, () => readOptions(args));

const readOptions = (args: string[]): Options | undefined => {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string' },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '3' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return undefined;
  const whole = (name: 'rounds' | 'seconds', most: number) => {
    const value = Number(values[name]);
    if (Number.isInteger(value) && value >= 1 && value <= most) return value;
    throw new Error(`--${name} must be a whole number from 1 to ${most}`);
  };
  return {
    only: chooseCases(cases, values.only),
    rounds: whole('rounds', 9),
    seconds: whole('seconds', 30),
  };
};
