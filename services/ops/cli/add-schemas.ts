import { parseCount } from '#platform/cli/arguments.ts';
import { examples, withServer, type Common } from '#platform/cli/program.ts';
import type { Command } from 'commander';
import { refuseEarlyOptions, type ProgramOptions } from './options.ts';
import { showDifferences, showSchema, showSchemas } from './show-schemas.ts';

const version = parseCount(1_000_000);
const subjectArgument = ['<subject>', 'as schemas lists it'] as const;

/** Adds the commands on the schemas of events. */
export const addSchemas = (program: Command, options: ProgramOptions): void => {
  const { open, peer } = options;
  const schemas = program.command('schemas');
  withServer(schemas, peer)
    .description('what events look like: the subjects of the schema registry, and their versions')
    .addHelpText(
      'after',
      examples('schemas', 'schemas show SUBJECT', 'schemas diff SUBJECT --from 1'),
    )
    .action((given: Common) => showSchemas(open(given)));
  refuseEarlyOptions(schemas);
  withServer(schemas.command('show').argument(...subjectArgument), peer)
    .description('one schema, as JSON')
    .option('--version <number>', 'not the latest', version)
    .addHelpText('after', examples('schemas show SUBJECT --version 1'))
    .action((subject: string, given: Common & { version?: number }) =>
      showSchema(open(given), subject, given.version ?? 0),
    );
  withServer(schemas.command('diff').argument(...subjectArgument), peer)
    .description('how two versions of a schema differ, in words')
    .option('--from <number>', 'not the version before the other', version)
    .option('--to <number>', 'not the latest', version)
    .addHelpText('after', examples('schemas diff SUBJECT', 'schemas diff SUBJECT --from 1'))
    .action((subject: string, given: Common & { from?: number; to?: number }) =>
      showDifferences(open(given), subject, given),
    );
};
