import { examples, withServer, type Common } from '#platform/cli/program.ts';
import { Option, type Command } from 'commander';
import { operationNames } from '../domain/words.ts';
import { limited, pageOption, withCommon, type ProgramOptions } from './options.ts';
import { showOperation, showOperations, type OperationsOptions } from './show-operations.ts';

/** Adds the commands on what operators did. */
export const addOperations = (program: Command, options: ProgramOptions): void => {
  const { open } = options;
  limited(withCommon(program.command('operations'), options), 200, 50)
    .description('who changed what and when, the newest first')
    .option('--actor <name>', 'only what this one did', '')
    .addOption(new Option('--operation <name>', 'only these').choices(operationNames).default(''))
    .option('--dry-runs', 'also what was only tried', false)
    .option(...pageOption)
    .addHelpText('after', examples('operations', 'operations --actor anna --operation discard'))
    .action((given: Common & OperationsOptions) => showOperations(open(given), given));
  withServer(program.command('operation').argument('<id>', 'as operations lists it'), options.peer)
    .description('one operation, and what has become of the events that it changed')
    .option('--follow', 'wait until none of them waits; exit code 1 when some failed again', false)
    .addHelpText('after', examples('operation 01890a5d-ac96-774b-bcce-b302099a8057 --follow'))
    .action((id: string, given: Common & { follow: boolean }) =>
      showOperation(open(given), id, given),
    );
};
