import { FindOrdersResponseSchema, type FoundOrder } from '#gen/ops/v1/search_pb.ts';
import { CommandFailure } from '#platform/cli/command-failure.ts';
import { printJson } from '#platform/cli/print-json.ts';
import { printable } from '#platform/cli/printable.ts';
import { table } from '#platform/cli/table.ts';
import type { CliContext } from './context.ts';

/** Finds orders by what the caller has at hand. */
export const findOrders = async (cli: CliContext, text: string): Promise<void> => {
  const answer = await cli.client.findOrders({ text });
  if (cli.isJson) printJson(cli, FindOrdersResponseSchema, answer);
  if (answer.orders.length === 0) throw new CommandFailure(nothingOf(text));
  if (cli.isJson) return;
  cli.say(
    table<FoundOrder>(
      [
        { head: 'order', cell: ({ key }) => printable(key) },
        {
          head: 'of',
          cell: ({ source, title }) => (title === '' ? source : `${source} (${title})`),
        },
        { head: 'found by', cell: ({ foundBy }) => foundBy },
        { head: 'state', cell: ({ state }) => printable(state) },
      ],
      answer.orders,
    ),
  );
};

const nothingOf = (text: string): string =>
  `Nothing fits ${printable(text)}: no order id or event id, and no correlation id or trace id of the last 24 hours.`;
