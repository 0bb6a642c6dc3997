import { parseCount } from '#platform/cli/arguments.ts';
import { CommandFailure } from '#platform/cli/command-failure.ts';
import { examples, withServer, type Common } from '#platform/cli/program.ts';
import type { Command } from 'commander';
import { parseKey } from './arguments.ts';
import {
  discardLetter,
  redriveLetters,
  type DiscardLetterOptions,
  type RedriveLettersOptions,
} from './change-letters.ts';
import {
  limited,
  needSome,
  pageOption,
  withActor,
  withMany,
  type ProgramOptions,
} from './options.ts';
import { showInboxStatus } from './show-inbox-status.ts';
import { showLetters, type LettersOptions } from './show-letters.ts';

const consumerOption = ['--consumer <group>', 'only this one', ''] as const;
const keyOption = ['--key <order>', 'only this order', parseKey, ''] as const;
const reasonOption = ['--reason <text>', 'only where the error says this', ''] as const;

/** Adds the commands on what consumers accepted. */
export const addInbox = (program: Command, options: ProgramOptions): void => {
  const inbox = program.command('inbox').description('what waits at the consumers');
  withServer(inbox.command('status'), options.peer)
    .description('parked orders, dead letters, and when each consumer took something in last')
    .addHelpText('after', examples('inbox status', 'inbox status --json'))
    .action((given: Common) => showInboxStatus(options.open(given)));
  const letters = program.command('dead-letters');
  limited(withServer(letters, options.peer), 100, 20)
    .description('what consumers gave up, with the contents; poison too')
    .option(...consumerOption)
    .option(...keyOption)
    .option(...reasonOption)
    .option('--all', 'also those that were redriven or discarded', false)
    .option(...pageOption)
    .addHelpText(
      'after',
      examples(
        'dead-letters',
        'dead-letters --consumer assembly-service --key 42',
        'dead-letters redrive --help',
        'dead-letters discard --help',
      ),
    )
    .action((given: Common & LettersOptions) => showLetters(options.open(given), given));
  // Options before the subcommand are refused: they would apply to the list, and the subcommand would act on more
  // than was meant.
  letters.hook('preSubcommand', (list, subcommand) => {
    const given = list.options.find(
      (option) => list.getOptionValueSource(option.attributeName()) === 'cli',
    );
    if (!given) return;
    throw new CommandFailure(
      `Say ${given.long ?? given.flags} behind ${subcommand.name()}, not before it.`,
      2,
    );
  });
  addRedrive(letters, options);
  addDiscard(letters, options);
};

const addRedrive = (letters: Command, options: ProgramOptions): void => {
  const command = letters.command('redrive').argument('[event-id]', 'only this one', '');
  withMany(withActor(withServer(command, options.peer), options), options, 'given up')
    .description('let the one consumer that gave them up try again; fix the cause first')
    .option('--consumer <group>', 'whose; needed when there are several', '')
    .option(...keyOption)
    .option(...reasonOption)
    .option('--limit <count>', 'messages at the most', parseCount(1_000_000), 10_000)
    .addHelpText(
      'after',
      examples(
        'dead-letters redrive --consumer assembly-service --key 42',
        "dead-letters redrive --consumer assembly-service --reason 'timeout' --dry-run",
        'dead-letters redrive --consumer assembly-service --from 2h --rate 100 --yes',
      ),
    )
    .action((eventId: string, given: Common & RedriveLettersOptions) => {
      const { consumer, key, reason, from, before } = given;
      needSome(
        [eventId, consumer, key, reason, from, before],
        'Say which: an event id, --consumer, --key, --reason, --from or --before.',
      );
      return redriveLetters(options.open(given), eventId, given);
    });
};

const addDiscard = (letters: Command, options: ProgramOptions): void => {
  const command = letters.command('discard').argument('<event-id>', 'as dead-letters lists it');
  withActor(withServer(command, options.peer), options)
    .description('give one message up for ever; where it blocked its order, the rest goes on')
    .option('--consumer <group>', 'whose; needed when there are several', '')
    .requiredOption('--reason <text>', 'why, for those who ask later')
    .addHelpText(
      'after',
      examples(
        "dead-letters discard 01890a5d-ac96-774b-bcce-b302099a8057 --consumer assembly-service --reason 'built by hand'",
      ),
    )
    .action((eventId: string, given: Common & DiscardLetterOptions) =>
      discardLetter(options.open(given), eventId, given),
    );
};
