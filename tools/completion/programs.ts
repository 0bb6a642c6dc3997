import { newProgram } from '#platform/cli/program.ts';
import { Argument, type Command } from 'commander';
import { createProgram as createReport } from '../../services/booking/cli/program.ts';
import { createProgram as createOps } from '../../services/ops/cli/program.ts';
import { createProgram as createPvz } from '../../services/pvz/cli/program.ts';

const neverOpened = (): never => {
  throw new Error('These programs are read, not run.');
};
const now = (): Date => new Date(0);
const peer = { name: '', url: '', setting: '' };

/** All commands that the script `inorder` understands, as one program; they cannot be run. */
export const allCommands = (): Command =>
  createOps({ peer, actor: '', now, open: neverOpened })
    .addCommand(createPvz({ peer, now, open: neverOpened }).name('pvz'))
    .addCommand(createReport({ peer, open: neverOpened }).name('report'))
    .addCommand(createCompletion(() => undefined).name('completion'));

/** The command that prints a script for a shell. */
export const createCompletion = (print: (shell: string) => void): Command =>
  newProgram('inorder completion')
    .description('print a script that completes all commands and options of ./inorder')
    .addArgument(new Argument('<shell>', 'yours').choices(['bash', 'zsh']))
    .addHelpText('after', '\nExample:\n  source <(./inorder completion bash)')
    .action(print);
