import {
  ListOrdersResponseSchema,
  ListReturnsResponseSchema,
  type ListOrdersResponse,
  type Order,
} from '#gen/pvz/v1/pvz_pb.ts';
import type { Answers } from '#platform/cli/answers.ts';
import { moment } from '#platform/cli/moment.ts';
import { printJson } from '#platform/cli/print-json.ts';
import { table, type Column } from '#platform/cli/table.ts';
import type { PvzCli } from './context.ts';
import { countWords, statusWords } from './words.ts';

export interface PageOptions {
  page: number;
  size: number;
}

export interface ListOptions extends PageOptions {
  inPvz: boolean;
  /** Undefined means all of them. */
  last: number | undefined;
  scroll: boolean;
}

// of a list that goes into a file or a pipe
const mostPages = 100;

const order = { head: 'order', cell: ({ orderId }: Order) => orderId.toString() };
const since = { head: 'since (UTC)', cell: ({ changedAt }: Order) => moment(changedAt) };
const user = { head: 'user', cell: ({ userId }: Order) => userId.toString() };
const status = { head: 'status', cell: (each: Order) => statusWords(each.status) };
const contents: Column<Order>[] = [
  { head: 'package', cell: (each) => each.package },
  { head: 'kg', cell: ({ weight }) => weight },
  { head: 'price', cell: ({ price }) => price.toFixed(2) },
  { head: 'total', cell: ({ total }) => total.toFixed(2) },
];
const listColumns: Column<Order>[] = [
  order,
  status,
  since,
  { head: 'expires (UTC)', cell: ({ expiresAt }) => moment(expiresAt) },
  ...contents,
];
const returnColumns: Column<Order>[] = [order, user, since, ...contents];

/** Lists a user's orders: one page, or page after page. */
export const listOrders = async (
  cli: PvzCli,
  userId: bigint,
  options: ListOptions,
): Promise<void> => {
  if (options.scroll) {
    await scroll(cli, userId, options);
    return;
  }
  const answer = await loadPage(cli, userId, options);
  if (cli.isJson) {
    printJson(cli, ListOrdersResponseSchema, answer);
    return;
  }
  showPage(cli, answer);
  if (hasMore(answer, options)) {
    cli.note(`${countWords(answer.total, 'order')} in all; more: --page ${options.page + 1}`);
  }
};

const loadPage = (
  cli: PvzCli,
  userId: bigint,
  { inPvz, last, page, size }: ListOptions,
): Promise<ListOrdersResponse> => {
  const newest = last === undefined ? {} : { lastN: last };
  return cli.client.listOrders({ userId, inPvz, ...newest, page, pageSize: size });
};

const showPage = (cli: PvzCli, { orders }: ListOrdersResponse): void =>
  cli.say(orders.length === 0 ? 'There is no such order.' : table(listColumns, orders));

const hasMore = ({ total }: ListOrdersResponse, { page, size }: PageOptions): boolean =>
  total > BigInt(page) * BigInt(size);

/** Shows the next page when Enter is pressed; where nobody can be asked, all of them up to a limit. */
const scroll = async (cli: PvzCli, userId: bigint, options: ListOptions): Promise<void> => {
  const answers = cli.openAnswers?.();
  const wantsNext = answers ? askForNext(answers) : upToLimit(cli, options.page);
  try {
    for (let page = options.page; ; page++) {
      const answer = await loadPage(cli, userId, { ...options, page });
      showPage(cli, answer);
      if (!hasMore(answer, { ...options, page })) return;
      if (!(await wantsNext(page + 1, Math.ceil(Number(answer.total) / options.size)))) return;
    }
  } finally {
    answers?.close();
  }
};

type WantsNext = (page: number, pages: number) => boolean | Promise<boolean>;

const askForNext =
  ({ ask }: Answers): WantsNext =>
  async (page, pages) => {
    const line = await ask(`-- Enter: page ${page} of ${pages}, q: end -- `);
    return line !== undefined && !/^q(uit)?$/i.test(line.trim());
  };

const upToLimit =
  (cli: PvzCli, first: number): WantsNext =>
  (page) => {
    if (page < first + mostPages) return true;
    cli.note(`Stopped after ${mostPages} pages; go on with --page ${page}.`);
    return false;
  };

/** Lists the orders that clients have brought back. */
export const listReturns = async (cli: PvzCli, { page, size }: PageOptions): Promise<void> => {
  const answer = await cli.client.listReturns({ page, pageSize: size });
  if (cli.isJson) {
    printJson(cli, ListReturnsResponseSchema, answer);
    return;
  }
  const { orders } = answer;
  cli.say(orders.length === 0 ? 'No order was brought back.' : table(returnColumns, orders));
  if (answer.hasMore) cli.note(`There are more: --page ${page + 1}`);
};
