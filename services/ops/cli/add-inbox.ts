import { parseCount } from '#platform/cli/arguments.ts';
import { examples, withServer, type Common } from '#platform/cli/program.ts';
import type { Command } from 'commander';
import { parseKey } from './arguments.ts';
import {
  discardLetter,
  editLetter,
  redriveLetters,
  type DiscardLetterOptions,
  type EditLetterOptions,
  type RedriveLettersOptions,
} from './change-letters.ts';
import {
  causeOption,
  limited,
  needSome,
  pageOption,
  refuseEarlyOptions,
  withActor,
  withMany,
  type ProgramOptions,
} from './options.ts';
import { showInboxStatus } from './show-inbox-status.ts';
import { showLetter, showLetters, type LettersOptions } from './show-letters.ts';
import { lettersOf } from './show-stuck.ts';

const consumerOption = ['--consumer <group>', 'only this one', ''] as const;
const keyOption = ['--key <order>', 'only this order', parseKey, ''] as const;
const whoseOption = ['--consumer <group>', 'whose; needed when there are several', ''] as const;
const eventArgument = ['<event-id>', 'as dead-letters lists it'] as const;
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
        'dead-letters show --help',
        'dead-letters redrive --help',
        'dead-letters edit --help',
        'dead-letters discard --help',
      ),
    )
    .action((given: Common & LettersOptions) => showLetters(options.open(given), given));
  refuseEarlyOptions(letters);
  addShow(letters, options);
  addRedrive(letters, options);
  addEdit(letters, options);
  addDiscard(letters, options);
};

const addShow = (letters: Command, options: ProgramOptions): void => {
  withServer(letters.command('show').argument(...eventArgument), options.peer)
    .description('one message with its whole value')
    .option(...whoseOption)
    .option('--only-value', 'the value alone, as it was received: to edit it', false)
    .addHelpText(
      'after',
      examples(
        'dead-letters show 01890a5d-ac96-774b-bcce-b302099a8057 --consumer assembly-service',
        'dead-letters show 01890a5d-ac96-774b-bcce-b302099a8057 --only-value > value.json',
      ),
    )
    .action((eventId: string, given: Common & { consumer: string; onlyValue: boolean }) =>
      showLetter(options.open(given), eventId, given),
    );
};

const addEdit = (letters: Command, options: ProgramOptions): void => {
  const command = letters.command('edit').argument(...eventArgument);
  withActor(withServer(command, options.peer), options)
    .description('let the one consumer try a message with another value; what was received is kept')
    .option(...whoseOption)
    .requiredOption('--value <file>', 'the whole value as JSON; - for stdin')
    .requiredOption('--reason <text>', 'why, for those who ask later')
    .addHelpText(
      'after',
      examples(
        "dead-letters edit 01890a5d-ac96-774b-bcce-b302099a8057 --value value.json --reason 'a wrong currency'",
      ),
    )
    .action((eventId: string, given: Common & EditLetterOptions) =>
      editLetter(options.open(given), eventId, given),
    );
};

const addRedrive = (letters: Command, options: ProgramOptions): void => {
  const command = letters.command('redrive').argument('[event-id]', 'only this one', '');
  withMany(withActor(withServer(command, options.peer), options), options, 'given up')
    .description('let the one consumer that gave them up try again; fix the cause first')
    .option(...whoseOption)
    .option(...keyOption)
    .option(...reasonOption)
    .addOption(causeOption(['consumer', 'reason']))
    .option('--limit <count>', 'messages at the most', parseCount(1_000_000), 10_000)
    .addHelpText(
      'after',
      examples(
        'dead-letters redrive --consumer assembly-service --key 42',
        "dead-letters redrive --consumer assembly-service --reason 'timeout' --dry-run",
        'dead-letters redrive --consumer assembly-service --from 2h --rate 100 --yes',
        'dead-letters redrive --cause 3f9a1c22 --rate 100',
      ),
    )
    .action(async (eventId: string, given: Common & RedriveLettersOptions & { cause: string }) => {
      const { consumer, key, reason, cause, from, before } = given;
      needSome(
        [eventId, consumer, key, reason, cause, from, before],
        'Say which: an event id, --consumer, --key, --reason, --cause, --from or --before.',
      );
      const cli = options.open(given);
      const group = cause === '' ? {} : await lettersOf(cli, cause);
      return redriveLetters(cli, eventId, { ...given, ...group });
    });
};

const addDiscard = (letters: Command, options: ProgramOptions): void => {
  const command = letters.command('discard').argument(...eventArgument);
  withActor(withServer(command, options.peer), options)
    .description('give one message up for ever; where it blocked its order, the rest goes on')
    .option(...whoseOption)
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
