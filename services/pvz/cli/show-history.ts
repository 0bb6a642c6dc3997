import {
  GetHistoryResponseSchema,
  GetOrderHistoryResponseSchema,
  type HistoryEntry,
} from '#gen/pvz/v1/pvz_pb.ts';
import { moment } from '#platform/cli/moment.ts';
import { printJson } from '#platform/cli/print-json.ts';
import { table } from '#platform/cli/table.ts';
import type { PvzCli } from './context.ts';
import type { PageOptions } from './show-orders.ts';
import { statusWords } from './words.ts';

/** Shows the changes of all orders, the newest first. */
export const showHistory = async (cli: PvzCli, { page, size }: PageOptions): Promise<void> => {
  const answer = await cli.client.getHistory({ page, pageSize: size });
  if (cli.isJson) {
    printJson(cli, GetHistoryResponseSchema, answer);
    return;
  }
  cli.say(changesWords(answer.changes));
  if (answer.hasMore) cli.note(`There are more: --page ${page + 1}`);
};

/** Shows all changes of one order, the newest first. */
export const showOrderHistory = async (cli: PvzCli, orderId: bigint): Promise<void> => {
  const answer = await cli.client.getOrderHistory({ orderId });
  if (cli.isJson) printJson(cli, GetOrderHistoryResponseSchema, answer);
  else cli.say(changesWords(answer.changes));
};

const changesWords = (changes: readonly HistoryEntry[]): string =>
  changes.length === 0 ? 'Nothing has happened yet.' : table(columns, changes);

const columns = [
  { head: 'at (UTC)', cell: ({ changedAt }: HistoryEntry) => moment(changedAt) },
  { head: 'order', cell: ({ orderId }: HistoryEntry) => orderId.toString() },
  { head: 'user', cell: ({ userId }: HistoryEntry) => userId.toString() },
  { head: 'change', cell: ({ sequence }: HistoryEntry) => sequence.toString() },
  { head: 'status', cell: ({ status }: HistoryEntry) => statusWords(status) },
];
