import { parseCount } from '#platform/cli/arguments.ts';
import { CommandFailure } from '#platform/cli/command-failure.ts';
import { examples, newProgram, withServer, type Common } from '#platform/cli/program.ts';
import type { Command } from 'commander';
import { addInbox } from './add-inbox.ts';
import { addOperations } from './add-operations.ts';
import { addSchemas } from './add-schemas.ts';
import { addStuck } from './add-stuck.ts';
import { parseSequence } from './arguments.ts';
import { discard, type DiscardOptions } from './discard.ts';
import { findOrders } from './find-orders.ts';
import {
  anyOrder,
  causeOption,
  limited,
  needSome,
  orderArgument,
  pageOption,
  topicOption,
  withActor,
  withCommon,
  withMany,
  type ProgramOptions,
} from './options.ts';
import { redrive, type RedriveOptions } from './redrive.ts';
import { replay, type ReplayOptions } from './replay.ts';
import { showBlocked, showOrder, showStatus, type ShowOptions } from './show.ts';
import { showOverview } from './show-overview.ts';
import { failedOf } from './show-stuck.ts';
import { showTimeline } from './show-timeline.ts';

/** Defines the commands of `./inorder`. Each calls one function with the parsed arguments. */
export const createProgram = (options: ProgramOptions): Command => {
  const program = newProgram('inorder')
    .description('Look after the events of orders: what is stuck and why, and how it goes on.')
    .addHelpText('after', examples('overview', 'stuck', 'timeline 42', 'redrive 42'))
    .addHelpText('after', others);
  addReads(program, options);
  addStuck(program, options);
  addRedrive(program, options);
  addDiscard(program, options);
  addReplay(program, options);
  addInbox(program, options);
  addOperations(program, options);
  addSchemas(program, options);
  return program;
};

// The script `inorder` starts them; they belong to no service or to another one.
const others = `
Other commands:
  ./inorder pvz                  the orders of the pick-up point: ./inorder pvz --help
  ./inorder completion bash|zsh  complete all commands: source <(./inorder completion bash)`;

const addReads = (program: Command, options: ProgramOptions): void => {
  const { open } = options;
  withServer(program.command('overview'), options.peer)
    .description('how everything flows: outboxes, publishers, topics, consumers, and what to do')
    .addHelpText('after', examples('overview', 'overview --json'))
    .action((given: Common) => showOverview(open(given)));
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
    .option(...pageOption)
    .addHelpText(
      'after',
      examples('outbox blocked --source loms', 'outbox blocked --source loms --limit 500 --json'),
    )
    .action((given: Common & ShowOptions & { page: string }) => showBlocked(open(given), given));
  limited(withCommon(program.command('timeline').argument(...orderArgument), options), 500, 200)
    .description(
      "one order's events, what the consumers did with them, and in words why one is stuck",
    )
    .option(...topicOption)
    .addHelpText('after', examples('timeline 42'))
    .action((order: string, given: Common & ShowOptions) =>
      showTimeline(open(given), order, given),
    );
  withServer(
    program.command('find').argument('<text>', 'an order, event, correlation or trace id'),
    options.peer,
  )
    .description(
      'the orders to which an id belongs; of correlation and trace ids the last 24 hours',
    )
    .addHelpText('after', examples('find 01890a5d-ac96-774b-bcce-b302099a8057'))
    .action((text: string, given: Common) => findOrders(open(given), text));
};

const withChange = (command: Command, options: ProgramOptions): Command =>
  withActor(withCommon(command, options).option(...topicOption), options);

interface Caused {
  cause: string;
}

const addRedrive = (program: Command, options: ProgramOptions): void => {
  withMany(withChange(program.command('redrive').argument(...anyOrder), options), options, 'failed')
    .description('send FAILED events again, and what waits behind them; fix the cause first')
    .option('--reason <error>', 'only orders of which an event failed for this reason', '')
    .addOption(causeOption(['source', 'topic', 'reason']))
    .addHelpText(
      'after',
      examples(
        'redrive 42',
        'redrive --source loms --reason message-too-large --dry-run',
        'redrive --source loms --from 14:00 --rate 200 --yes',
        'redrive --cause 3f9a1c22 --rate 200',
      ),
    )
    .action(async (order: string | undefined, given: Common & RedriveOptions & Caused) => {
      const { topic, reason, cause, from, before } = given;
      needSome(
        [order, topic, reason, cause, from, before],
        'Say which: an order, --topic, --reason, --cause, --from or --before.',
      );
      const cli = options.open(given);
      const group = cause === '' ? {} : await failedOf(cli, cause);
      return redrive(cli, order ?? '', { ...given, ...group });
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
        'replay --source loms --from 2h --before 1h --limit 50000 --rate 500 --yes',
      ),
    )
    .action((order: string | undefined, given: Common & ReplayOptions) => {
      const { topic, from, before } = given;
      needSome([order, topic, from, before], 'Say which: an order, --topic, --from or --before.');
      return replay(options.open(given), order ?? '', given);
    });
};
