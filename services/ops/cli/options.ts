import type { Command } from 'commander';
import { parseCount, parseMoment } from '#platform/cli/arguments.ts';
import { CommandFailure } from '#platform/cli/command-failure.ts';
import type { Peer } from '#platform/cli/failure-words.ts';
import { withServer, type Common } from '#platform/cli/program.ts';
import { parseKey } from './arguments.ts';
import type { CliContext } from './context.ts';

export interface ProgramOptions {
  /** Where ops is, unless --server is given. */
  peer: Peer;
  /** Who acts, unless --actor is given. */
  actor: string;
  now: () => Date;
  /** Opens what a command works with. */
  open: (options: Common) => CliContext;
}

export const withCommon = (command: Command, options: ProgramOptions): Command =>
  withServer(
    command.option(
      '--source <schema>',
      'whose outbox; needed when there are several and no order says it',
      '',
    ),
    options.peer,
  );

export const limited = (command: Command, most: number, usual: number): Command =>
  command.option('--limit <count>', `at the most ${most}`, parseCount(most), usual);

export const orderArgument = ['<order>', 'the order id', parseKey] as const;
export const anyOrder = ['[order]', 'the order id', parseKey] as const;
export const topicOption = ['--topic <name>', 'only this topic', ''] as const;
export const pageOption = ['--page <token>', 'go on where a page ended', ''] as const;

export const withActor = (command: Command, { actor }: ProgramOptions): Command =>
  command
    .option('--actor <name>', 'who acts (or INORDER_ACTOR)', actor)
    .option('--dry-run', 'change nothing, say what would be done', false);

export const withMany = (command: Command, { now }: ProgramOptions, what: string): Command => {
  const moment = (text: string): Date => parseMoment(text, now());
  return command
    .option('--from <time>', `${what} at this time or later: 2026-11-21T14:00Z, 14:00, 2h`, moment)
    .option('--before <time>', `${what} before this time`, moment)
    .option('--rate <rows>', 'rows per second', parseCount(100_000))
    .option('--yes', 'do not ask before more than one order is changed', false);
};

export const needSome = (given: readonly unknown[], hint: string): void => {
  if (given.some((each) => each !== undefined && each !== '')) return;
  throw new CommandFailure(hint, 2);
};
