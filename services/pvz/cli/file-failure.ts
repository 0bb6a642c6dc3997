import { CommandFailure } from '#platform/cli/command-failure.ts';
import { messageOf } from '#platform/cli/message-of.ts';

/** A file of the person at the command line that could not be read, or written, while an import was under way. */
export class FileFailure extends CommandFailure {
  constructor(file: string, verb: 'read' | 'written', cause: unknown) {
    super(fileWords(file, verb, cause));
  }
}

/** Says that a file cannot be read, or written, and why. */
export const fileWords = (file: string, verb: 'read' | 'written', why: unknown): string =>
  `${file} cannot be ${verb}: ${messageOf(why)}`;
