import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { AppError } from '#platform/base/errors.ts';

/** The refusal of what was typed. */
export const refuse = (reason: string, words: string): AppError =>
  new AppError('invalid', reason, words);

/** Reads the arguments of a command; refuses unknown options with its help. */
export const readArguments = <Options extends ParseArgsOptionsConfig>(
  options: Options,
  help: string,
) => {
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    throw refuse('arguments-wrong', `${(error as Error).message}\n\n${help}`);
  }
};
