import { Command, Option } from 'commander';
import { parseCount, parseKey, parseMoment, parseSequence } from './arguments.ts';
import { CommandFailure, type CliContext } from './context.ts';
import { discard, type DiscardOptions } from './discard.ts';
import { redrive, type RedriveOptions } from './redrive.ts';
import { replay, type ReplayOptions } from './replay.ts';
import {
  showBlocked,
  showOperations,
  showOrder,
  showStatus,
  showTimeline,
  type OperationsOptions,
  type ShowOptions,
} from './show.ts';

export interface ProgramOptions {
  /** Where ops is, unless --server says it. */
  server: string;
  /** Who acts, unless --actor says it. */
  actor: string;
  now: () => Date;
  /** What a command works with. */
  open: (options: { server: string; json: boolean }) => CliContext;
}

/** The commands of `./inorder`. Each calls one function with what was asked for. */
export const createProgram = (options: ProgramOptions): Command => {
  const program = new Command('inorder')
    .description('Look after the events of orders: what is stuck and why, and how it goes on.')
    .exitOverride()
    .configureHelp({ optionDescription: describeOption })
    .showHelpAfterError('(--help shows how)')
    .addHelpText('after', examples('outbox status', 'timeline 42', 'redrive 42', 'redrive --help'));
  addReads(program, options);
  addRedrive(program, options);
  addDiscard(program, options);
  addReplay(program, options);
  return program;
};

/** Says a default only where it tells something. */
const describeOption = ({ description, argChoices, defaultValue }: Option): string => {
  const choices = argChoices ? ` (${argChoices.join(', ')})` : '';
  return `${description}${choices}${usually(defaultValue)}`;
};

const usually = (value: unknown): string => {
  const isTelling = (typeof value === 'string' && value !== '') || typeof value === 'number';
  return isTelling ? ` (usually ${value})` : '';
};

const examples = (...lines: string[]): string =>
  `\nExamples:\n${lines.map((line) => `  ./inorder ${line}`).join('\n')}`;

type Common = { server: string; json: boolean };

const withCommon = (command: Command, { server }: ProgramOptions): Command =>
  command
    .option('--source <schema>', 'whose outbox; needed when there are several', '')
    .option('--server <url>', 'where ops is (or INORDER_OPS)', server)
    .option('--json', 'print JSON, as REST answers', false);

const limited = (command: Command, most: number, usual: number): Command =>
  command.option('--limit <count>', `at the most ${most}`, parseCount(most), usual);

const orderArgument = ['<order>', 'the order id', parseKey] as const;
const anyOrder = ['[order]', 'the order id', parseKey] as const;
const topicOption = ['--topic <name>', 'only this topic', ''] as const;

const addReads = (program: Command, options: ProgramOptions): void => {
  const { open } = options;
  const outbox = program.command('outbox').description('what waits in the outboxes');
  withCommon(outbox.command('status'), options)
    .description('backlog, oldest age, blocked keys, and who publishes')
    .addHelpText('after', examples('outbox status', 'outbox status --json'))
    .action((given: Common & { source: string }) => showStatus(open(given), given.source));
  limited(withCommon(outbox.command('show').argument(...orderArgument), options), 100, 50)
    .description('the rows of one order with their contents')
    .option(...topicOption)
    .option('--skip <count>', 'leave out so many first', parseCount(1_000_000))
    .addHelpText('after', examples('outbox show 42'))
    .action((order: string, given: Common & ShowOptions & { skip?: number }) =>
      showOrder(open(given), order, { skip: 0, ...given }),
    );
  limited(withCommon(outbox.command('blocked'), options), 500, 100)
    .description('the orders that have a FAILED event')
    .option(...topicOption)
    .option('--page <token>', 'go on where a page ended', '')
    .addHelpText('after', examples('outbox blocked', 'outbox blocked --limit 500 --json'))
    .action((given: Common & ShowOptions & { page: string }) => showBlocked(open(given), given));
  limited(withCommon(program.command('timeline').argument(...orderArgument), options), 500, 200)
    .description("one order's events, and in words why one is stuck")
    .option(...topicOption)
    .addHelpText('after', examples('timeline 42'))
    .action((order: string, given: Common & ShowOptions) =>
      showTimeline(open(given), order, given),
    );
  limited(withCommon(program.command('operations'), options), 200, 50)
    .description('who changed what and when, the newest first')
    .option('--actor <name>', 'only what this one did', '')
    .addOption(
      new Option('--operation <name>', 'only these')
        .choices(['redrive', 'discard', 'replay'])
        .default(''),
    )
    .option('--page <token>', 'go on where a page ended', '')
    .addHelpText('after', examples('operations', 'operations --actor anna --operation discard'))
    .action((given: Common & OperationsOptions) => showOperations(open(given), given));
};

const withChange = (command: Command, options: ProgramOptions): Command =>
  withCommon(command, options)
    .option(...topicOption)
    .option('--actor <name>', 'who acts (or INORDER_ACTOR)', options.actor)
    .option('--dry-run', 'change nothing, say what would be done', false);

const withMany = (command: Command, { now }: ProgramOptions, what: string): Command => {
  const moment = (text: string): Date => parseMoment(text, now());
  return command
    .option('--from <time>', `${what} at this time or later: 2026-11-21T14:00Z, 14:00, 2h`, moment)
    .option('--before <time>', `${what} before this time`, moment)
    .option('--rate <rows>', 'rows per second', parseCount(100_000))
    .option('--yes', 'do not ask before more than one order is changed', false);
};

const needSome = (given: readonly unknown[], hint: string): void => {
  if (given.some((each) => each !== undefined && each !== '')) return;
  throw new CommandFailure(hint, 2);
};

const addRedrive = (program: Command, options: ProgramOptions): void => {
  withMany(withChange(program.command('redrive').argument(...anyOrder), options), options, 'failed')
    .description('send FAILED events again, and what waits behind them; mend the cause first')
    .option('--reason <error>', 'only those that failed for this reason', '')
    .addHelpText(
      'after',
      examples(
        'redrive 42',
        'redrive --reason message-too-large --dry-run',
        'redrive --topic loms.order-events --from 14:00 --rate 200 --yes',
      ),
    )
    .action((order: string | undefined, given: Common & RedriveOptions) => {
      const { topic, reason, from, before } = given;
      needSome(
        [order, topic, reason, from, before],
        'Say which: an order, --topic, --reason, --from or --before.',
      );
      return redrive(options.open(given), order ?? '', given);
    });
};

const addDiscard = (program: Command, options: ProgramOptions): void => {
  withChange(program.command('discard').argument(...anyOrder), options)
    .argument('[sequence]', 'of the event', parseSequence)
    .description('give one FAILED event up for ever; what waited behind it goes on')
    .requiredOption('--reason <text>', 'why, for those who ask later')
    .option('--id <uuid>', 'the event by its id, instead of order and sequence', '')
    .addHelpText(
      'after',
      examples(
        "discard 42 3 --reason 'written by a bug, refunded by hand'",
        "discard --id 01890a5d-ac96-774b-bcce-b302099a8057 --reason '…'",
      ),
    )
    .action(
      (order: string | undefined, sequence: bigint | undefined, given: Common & DiscardOptions) => {
        const isWhole = given.id === '' ? sequence !== undefined : order === undefined;
        if (!isWhole) {
          throw new CommandFailure('Say which event: its order and sequence, or --id.', 2);
        }
        const event = {
          key: order ?? '',
          sequence: sequence ?? 0n,
        };
        return discard(options.open(given), event, given);
      },
    );
};

const addReplay = (program: Command, options: ProgramOptions): void => {
  withMany(withChange(program.command('replay').argument(...anyOrder), options), options, 'sent')
    .description('send events again that were sent: same id and sequence, header `replayed`')
    .option('--limit <rows>', 'events at the most', parseCount(10_000_000), 1_000)
    .addHelpText(
      'after',
      examples(
        'replay 42',
        'replay --topic loms.order-events --from 2h --before 1h --limit 50000 --rate 500 --yes',
      ),
    )
    .action((order: string | undefined, given: Common & ReplayOptions) => {
      const { topic, from, before } = given;
      needSome([order, topic, from, before], 'Say which: an order, --topic, --from or --before.');
      return replay(options.open(given), order ?? '', given);
    });
};
