import {
  GetOperationResponseSchema,
  ListOperationsResponseSchema,
  type GetOperationResponse,
} from '#gen/ops/v1/ops_pb.ts';
import { CommandFailure } from '#platform/cli/command-failure.ts';
import { moment } from '#platform/cli/moment.ts';
import { printJson } from '#platform/cli/print-json.ts';
import { printable } from '#platform/cli/printable.ts';
import { table } from '#platform/cli/table.ts';
import type { CliContext } from './context.ts';

export interface OperationsOptions {
  source: string;
  actor: string;
  operation: string;
  dryRuns: boolean;
  limit: number;
  page: string;
}

/** Prints who changed what and when. */
export const showOperations = async (
  cli: CliContext,
  { limit, page, dryRuns, ...chosen }: OperationsOptions,
): Promise<void> => {
  const { source, actor, operation } = chosen;
  const request = {
    source,
    actor,
    operation,
    withoutDryRuns: !dryRuns,
    pageSize: limit,
    pageToken: page,
  };
  const answer = await cli.client.listOperations(request);
  if (cli.isJson) {
    printJson(cli, ListOperationsResponseSchema, answer);
    return;
  }
  if (answer.operations.length === 0) {
    cli.say(
      `No operation fits.${dryRuns ? '' : ' Dry runs are left out; --dry-runs lists them, too.'}`,
    );
    return;
  }
  type Operation = (typeof answer.operations)[0];
  const columns = [
    { head: 'at (UTC)', cell: ({ at }: Operation) => moment(at) },
    { head: 'who', cell: (each: Operation) => each.actor, most: 12 },
    { head: 'what', cell: whatOf },
    { head: 'rows', cell: ({ affectedRows }: Operation) => affectedRows },
    {
      head: 'id and arguments',
      cell: (each: Operation) => `${each.id} ${each.source} ${each.arguments}`,
    },
  ];
  cli.say(table(columns, answer.operations));
  if (answer.nextPageToken !== '') cli.note(`There are more: --page ${answer.nextPageToken}`);
};

const whatOf = ({ operation, dryRun }: { operation: string; dryRun: boolean }): string =>
  dryRun ? `${operation}, dry run` : operation;

const everyMs = 700;

/**
 * Prints one operation and what has become of its events. With `follow` it waits until none of them waits any more,
 * and fails when some failed again.
 */
export const showOperation = async (
  cli: CliContext,
  id: string,
  { follow }: { follow: boolean },
): Promise<void> => {
  let answer = await cli.client.getOperation({ id });
  let said = '';
  while (follow && answer.waiting > 0) {
    if (answer.says !== said) cli.note(answer.says);
    said = answer.says;
    await cli.sleep(everyMs);
    answer = await cli.client.getOperation({ id });
  }
  if (cli.isJson) printJson(cli, GetOperationResponseSchema, answer);
  else cli.say(describe(answer));
  if (follow && answer.failedAgain > 0)
    throw new CommandFailure('Some failed again: the cause is not mended. See: ./inorder stuck');
};

const describe = (answer: GetOperationResponse): string => {
  const { operation, says, failedSample, editedValue } = answer;
  if (operation === undefined) return says;
  const { id, actor, at, source, affectedRows, arguments: asked } = operation;
  return [
    says,
    `  ${whatOf(operation)} of ${source} by ${printable(actor)} at ${moment(at)} (UTC), ${affectedRows} rows, id ${id}`,
    `  arguments ${printable(asked)}`,
    ...(failedSample.length > 0
      ? [`  failed again: ${failedSample.map(({ key }) => printable(key)).join(', ')}`]
      : []),
    ...(editedValue === '' ? [] : [`  the edited value: ${printable(editedValue)}`]),
  ].join('\n');
};
