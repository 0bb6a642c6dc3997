import { Command, CommanderError, type Option } from 'commander';
import type { CommandFailure } from './command-failure.ts';
import type { Peer } from './failure-words.ts';

/** Creates a program without commands, whose help and errors look like those of every other one. */
export const newProgram = (name: string): Command =>
  new Command(name)
    .exitOverride()
    // When a command and its subcommand share an option, it belongs to the one whose name it follows.
    .enablePositionalOptions()
    .configureHelp({ optionDescription: describeOption })
    .showHelpAfterError('(--help shows how)');

/** Mentions a default only where it is informative. */
const describeOption = ({ description, argChoices, defaultValue }: Option): string => {
  const choices = argChoices ? ` (${argChoices.join(', ')})` : '';
  return `${description}${choices}${usually(defaultValue)}`;
};

const usually = (value: unknown): string => {
  const isTelling = (typeof value === 'string' && value !== '') || typeof value === 'number';
  return isTelling ? ` (usually ${value})` : '';
};

/** The text of examples below a command's help. */
export const examples = (...lines: string[]): string =>
  `\nExamples:\n${lines.map((line) => `  ./inorder ${line}`).join('\n')}`;

/** The options that every command has. */
export interface Common {
  server: string;
  json: boolean;
}

/** Adds the options that every command has. */
export const withServer = (command: Command, { name, setting, url }: Peer): Command =>
  command
    .option('--server <url>', `where ${name} is (or ${setting})`, url)
    .option('--json', 'print JSON, as REST answers', false);

/**
 * Runs the command that the process's arguments name. A failure is printed and becomes the exit code: 1 when it
 * could not be done, 2 when it was used wrongly. A bug is thrown.
 */
export const runProgram = async (
  program: Command,
  toFailure: (error: unknown) => CommandFailure | undefined,
): Promise<void> => {
  try {
    await program.parseAsync();
  } catch (error) {
    // Commander has printed the error already. Its own exit code for wrong usage is 1; here it is 2.
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else {
      const failure = toFailure(error);
      if (!failure) throw error;
      process.stderr.write(`${failure.message}\n`);
      process.exitCode = failure.exitCode;
    }
  }
};
