import { parseCount, parseMoment } from '#platform/cli/arguments.ts';
import type { Peer } from '#platform/cli/failure-words.ts';
import { examples, newProgram, withServer, type Common } from '#platform/cli/program.ts';
import { Option, type Command } from 'commander';
import { packages } from '../domain/packaging.ts';
import { parseId, parseIds, parsePrice, parseWeight } from './arguments.ts';
import {
  acceptOrder,
  processOrders,
  returnOrder,
  type AcceptOptions,
  type CounterVisit,
} from './change-orders.ts';
import type { PvzCli } from './context.ts';
import { importOrders, type ImportOptions } from './import-orders.ts';
import { showHistory, showOrderHistory } from './show-history.ts';
import { listOrders, listReturns, type ListOptions, type PageOptions } from './show-orders.ts';

export interface PvzProgramOptions {
  /** Where pvz is, unless --server is given. */
  peer: Peer;
  now: () => Date;
  /** Opens what a command works with. */
  open: (options: Common) => PvzCli;
}

const orderArgument = ['<order-id>', 'of the order', parseId] as const;
const userArgument = ['<user-id>', 'of the client', parseId] as const;

/** Defines the commands of `./inorder pvz`. Each calls one function with the parsed arguments. */
export const createProgram = (options: PvzProgramOptions): Command => {
  const program = newProgram('inorder pvz')
    .description('Work at the pick-up point: accept, issue, take back and list orders.')
    .addHelpText(
      'after',
      examples(
        'pvz accept 42 7 --expires 7d --weight 2.5 --price 100 --package bag+film',
        'pvz issue 7 42 43',
        'pvz list 7 --in-pvz',
        'pvz import orders.jsonl',
      ),
    );
  addAccept(program, options);
  addReturn(program, options);
  addCounter(program, options);
  addLists(program, options);
  addImport(program, options);
  return program;
};

const addAccept = (program: Command, { peer, now, open }: PvzProgramOptions): void => {
  const expiry = (text: string): Date => parseMoment(text, now(), 'from now');
  const command = program
    .command('accept')
    .argument(...orderArgument)
    .argument(...userArgument);
  withServer(command, peer)
    .description('take an order from a courier')
    .requiredOption('--expires <time>', 'the end of its storage term: 2026-12-24, 7d, 72h', expiry)
    .requiredOption('--weight <kg>', 'in kilograms, e.g. 2.5', parseWeight)
    .requiredOption('--price <rubles>', 'in rubles, e.g. 99.90', parsePrice)
    .addOption(
      new Option('--package <name>', 'what it is packed in')
        .choices(Object.keys(packages))
        .default('none'),
    )
    .addHelpText(
      'after',
      examples('pvz accept 42 7 --expires 7d --weight 2.5 --price 100 --package bag+film'),
    )
    .action((orderId: bigint, userId: bigint, given: Common & AcceptOptions) => {
      const { expires, weight, price, package: pack } = given;
      return acceptOrder(
        open(given),
        { orderId, userId },
        { expires, weight, price, package: pack },
      );
    });
};

const addReturn = (program: Command, { peer, open }: PvzProgramOptions): void => {
  withServer(program.command('return').argument(...orderArgument), peer)
    .description('give an order back to the courier')
    .addHelpText('after', examples('pvz return 42'))
    .action((orderId: bigint, given: Common) => returnOrder(open(given), orderId));
};

const counterWords: Record<CounterVisit['act'], string> = {
  issue: 'give orders to a client',
  'give-back': 'take back orders that a client brings, up to 48 hours after they were issued',
};

const addCounter = (program: Command, { peer, open }: PvzProgramOptions): void => {
  for (const act of ['issue', 'give-back'] as const) {
    const command = program
      .command(act)
      .argument(...userArgument)
      .argument('<order-ids...>', 'of the orders, up to 500', parseIds);
    withServer(command, peer)
      .description(counterWords[act])
      .addHelpText('after', examples(`pvz ${act} 7 42 43`))
      .action((userId: bigint, orderIds: bigint[], given: Common) =>
        processOrders(open(given), { act, userId, orderIds }),
      );
  }
};

const withPages = (command: Command): Command =>
  command
    .option('--page <number>', 'which page', parseCount(100_000), 1)
    .option('--size <count>', 'of a page, at the most 500', parseCount(500), 20);

const addLists = (program: Command, { peer, open }: PvzProgramOptions): void => {
  withPages(withServer(program.command('list').argument(...userArgument), peer))
    .description("a client's orders, the newest first")
    .option('--in-pvz', 'only those that are in the point', false)
    .option('--last <count>', 'only so many of the newest', parseCount(1_000_000))
    .addOption(
      new Option('--scroll', 'page after page: Enter shows the next, q ends')
        .default(false)
        .conflicts('json'),
    )
    .addHelpText(
      'after',
      examples('pvz list 7', 'pvz list 7 --in-pvz --last 5', 'pvz list 7 --scroll'),
    )
    .action((userId: bigint, given: Common & Omit<ListOptions, 'last'> & { last?: number }) =>
      listOrders(open(given), userId, { ...given, last: given.last }),
    );
  withPages(withServer(program.command('returns'), peer))
    .description('orders that clients have brought back, the newest return first')
    .addHelpText('after', examples('pvz returns', 'pvz returns --page 2 --size 100'))
    .action((given: Common & PageOptions) => listReturns(open(given), given));
  withPages(
    withServer(program.command('history').argument('[order-id]', 'only this one', parseId), peer),
  )
    .description('what happened to an order, or to all of them, the newest first')
    .addHelpText('after', examples('pvz history 42', 'pvz history --size 100'))
    .action((orderId: bigint | undefined, given: Common & PageOptions) =>
      orderId === undefined
        ? showHistory(open(given), given)
        : showOrderHistory(open(given), orderId),
    );
};

const addImport = (program: Command, { peer, open }: PvzProgramOptions): void => {
  withServer(program.command('import').argument('<file>', 'JSON Lines; - for stdin'), peer)
    .description('accept the orders of a file, one JSON object a line; each by itself')
    .option('--errors <file>', 'write why each refused line was refused there, as JSON Lines', '')
    .addHelpText(
      'after',
      `${examples('pvz import orders.jsonl --errors refused.jsonl', 'pvz import - < orders.jsonl')}

A line: {"order_id":1,"user_id":7,"expires_at":"2026-12-24T00:00:00Z","package":"bag","weight":2.5,"price":100}`,
    )
    .action((file: string, given: Common & ImportOptions) =>
      importOrders(open(given), file, given),
    );
};
