import {
  AcceptOrderResponseSchema,
  ProcessAction,
  ProcessOrdersResponseSchema,
  ReturnOrderResponseSchema,
} from '#gen/pvz/v1/pvz_pb.ts';
import { CommandFailure } from '#platform/cli/command-failure.ts';
import { printJson } from '#platform/cli/print-json.ts';
import { printable } from '#platform/cli/printable.ts';
import { table } from '#platform/cli/table.ts';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { PvzCli } from './context.ts';
import { countWords, statusWords } from './words.ts';

export interface AcceptOptions {
  expires: Date;
  weight: number;
  price: number;
  package: string;
}

/** Takes an order from a courier. */
export const acceptOrder = async (
  cli: PvzCli,
  { orderId, userId }: { orderId: bigint; userId: bigint },
  { expires, ...options }: AcceptOptions,
): Promise<void> => {
  const expiresAt = timestampFromDate(expires);
  const answer = await cli.client.acceptOrder({ orderId, userId, expiresAt, ...options });
  if (cli.isJson) printJson(cli, AcceptOrderResponseSchema, answer);
  else cli.say(`Order ${answer.orderId} is ${statusWords(answer.status)}.`);
};

/** Gives an order back to the courier. */
export const returnOrder = async (cli: PvzCli, orderId: bigint): Promise<void> => {
  const answer = await cli.client.returnOrder({ orderId });
  if (cli.isJson) printJson(cli, ReturnOrderResponseSchema, answer);
  else cli.say(`Order ${answer.orderId} is ${statusWords(answer.status)}.`);
};

const outcomes = {
  issue: { action: ProcessAction.ISSUE, done: 'issued' },
  'give-back': { action: ProcessAction.RETURN, done: 'taken back' },
};

export interface CounterVisit {
  act: keyof typeof outcomes;
  userId: bigint;
  orderIds: bigint[];
}

/** Issues orders to a client or takes them back. Fails when any of them was refused; the others are done. */
export const processOrders = async (
  cli: PvzCli,
  { act, userId, orderIds }: CounterVisit,
): Promise<void> => {
  const { action, done } = outcomes[act];
  const answer = await cli.client.processOrders({ userId, action, orderIds });
  const rows = [
    ...answer.processed.map((orderId) => ({ orderId, outcome: done, why: '' })),
    ...answer.errors.map(({ orderId, code, message }) => ({
      orderId,
      outcome: printable(code),
      why: printable(message),
    })),
  ];
  type Row = (typeof rows)[0];
  const columns = [
    { head: 'order', cell: ({ orderId }: Row) => orderId.toString() },
    { head: 'outcome', cell: ({ outcome }: Row) => outcome },
    { head: '', cell: ({ why }: Row) => why },
  ];
  if (cli.isJson) printJson(cli, ProcessOrdersResponseSchema, answer);
  else cli.say(table(columns, rows));
  const refused = answer.errors.length;
  if (refused > 0)
    throw new CommandFailure(`${refused} of ${countWords(rows.length, 'order')} refused.`);
};
