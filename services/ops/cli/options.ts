import { Option, type Command } from 'commander';
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

export const withActorOnly = (command: Command, { actor }: ProgramOptions): Command =>
  command.option('--actor <name>', 'who acts (or INORDER_ACTOR)', actor);

export const withActor = (command: Command, options: ProgramOptions): Command =>
  withActorOnly(command, options).option(
    '--dry-run',
    'change nothing, say what would be done',
    false,
  );

/** The option for a cause that `stuck` shows; it says by itself what the others would. */
export const causeOption = (conflicts: string[]): Option =>
  new Option('--cause <cause>', 'only this one, as stuck shows it')
    .default('')
    .conflicts(conflicts);

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

/**
 * Refuses options before a subcommand of a command that lists something: they would apply to the list, and the
 * subcommand would act on more than was meant.
 */
export const refuseEarlyOptions = (command: Command): void => {
  command.hook('preSubcommand', (list, subcommand) => {
    const given = list.options.find(
      (option) => list.getOptionValueSource(option.attributeName()) === 'cli',
    );
    if (!given) return;
    const named = given.long ?? given.flags;
    throw new CommandFailure(`Say ${named} behind ${subcommand.name()}, not before it.`, 2);
  });
};
