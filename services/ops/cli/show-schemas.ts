import {
  CompareSchemasResponseSchema,
  ListSchemasResponseSchema,
  type CompareSchemasResponse,
  type SchemaSubject,
} from '#gen/ops/v1/schemas_pb.ts';
import { printJson } from '#platform/cli/print-json.ts';
import { printable } from '#platform/cli/printable.ts';
import { table } from '#platform/cli/table.ts';
import type { CliContext } from './context.ts';

/** Prints the subjects of the schemas of events, and their versions. */
export const showSchemas = async (cli: CliContext): Promise<void> => {
  const answer = await cli.client.listSchemas({});
  if (cli.isJson) {
    printJson(cli, ListSchemasResponseSchema, answer);
    return;
  }
  cli.say(
    table<SchemaSubject>(
      [
        { head: 'subject', cell: ({ subject }) => printable(subject) },
        { head: 'topic', cell: ({ topic }) => topic || '-' },
        { head: 'versions', cell: ({ versions }) => versions.join(' ') },
        { head: 'compatibility', cell: ({ compatibility }) => compatibility || '-' },
      ],
      answer.subjects,
    ),
  );
  if (answer.source === 'checkout')
    cli.note('There is no schema registry: these are the schemas that ops was started with.');
};

/** Prints one version of a schema; 0 is the latest. */
export const showSchema = async (
  cli: CliContext,
  subject: string,
  version: number,
): Promise<void> => {
  const answer = await cli.client.compareSchemas({ subject, to: version });
  cli.say(JSON.stringify(JSON.parse(answer.schema), null, 2));
};

/** Tells in words how two versions of a schema differ. */
export const showDifferences = async (
  cli: CliContext,
  subject: string,
  { from = 0, to = 0 }: { from?: number; to?: number },
): Promise<void> => {
  const answer = await cli.client.compareSchemas({ subject, from, to });
  if (cli.isJson) printJson(cli, CompareSchemasResponseSchema, answer);
  else cli.say(describe(answer));
};

const describe = ({ subject, from, to, differences }: CompareSchemasResponse): string => {
  if (from === 0) return `Version ${to} of ${subject} is the first one.`;
  if (differences.length === 0)
    return `Versions ${from} and ${to} of ${subject} accept the same events.`;
  return [
    `From version ${from} to ${to} of ${subject}:`,
    ...differences.map(
      ({ says, isBreaking }) => `  ${isBreaking ? 'breaks: ' : ''}${printable(says)}`,
    ),
  ].join('\n');
};
