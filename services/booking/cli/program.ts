import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Peer } from '#platform/cli/failure-words.ts';
import { examples, newProgram, withServer, type Common } from '#platform/cli/program.ts';
import type { BookingCli } from './context.ts';
import { exportOrders, type ExportOptions } from './export-orders.ts';

export interface ReportProgramOptions {
  /** Where booking is, unless --server is given. */
  peer: Peer;
  /** Opens what a command works with. */
  open: (options: Common) => BookingCli;
}

/** Defines the commands of `./inorder report`. */
export const createProgram = ({ peer, open }: ReportProgramOptions): Command => {
  const shown = [
    'report orders --from 2026-11-01 --to 2026-11-30 --format csv --output orders.csv',
  ];
  const program = newProgram('inorder report')
    .description('Make reports of the orders for tickets.')
    .addHelpText('after', examples(...shown));
  withServer(program.command('orders'), peer)
    .description('write the orders that were created in a period, a line each')
    .requiredOption('--from <day>', 'the first day (UTC), e.g. 2026-11-01', parseDay)
    .requiredOption('--to <day>', 'the last day, which is included', parseDay)
    .addOption(
      new Option('--format <name>', 'how it is written').choices(['csv', 'jsonl']).default('csv'),
    )
    .option('--output <file>', 'write it there once it is complete, instead of to stdout')
    .addHelpText(
      'after',
      `${examples(...shown)}

A file that breaks off goes on when the same command is run again; until it is complete it is FILE.part.`,
    )
    .action((given: Common & ExportOptions) => exportOrders(open(given), given));
  return program;
};

/** Parses a day. */
export const parseDay = (text: string): string => {
  const date = new Date(`${text}T00:00:00Z`);
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(date.getTime());
  // JavaScript takes 30 February for 2 March
  if (isDay && date.toISOString().startsWith(text)) return text;
  throw new InvalidArgumentError('Give a day, e.g. 2026-11-21.');
};
