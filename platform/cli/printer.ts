import type { EnumStyle } from '../proto/json/enum-words.ts';

/** Where and how a command prints. */
export interface Printer {
  /** Prints the result to stdout. */
  say: (text: string) => void;
  /** Prints progress to stderr. */
  note: (text: string) => void;
  isJson: boolean;
  /** How the service writes enums over REST. Default `long`. */
  enumStyle?: EnumStyle;
}

/** Prints to the stdout and stderr of the process. */
export const createPrinter = (isJson: boolean): Printer => ({
  say: (text) => void process.stdout.write(`${text}\n`),
  note: (text) => void process.stderr.write(`${text}\n`),
  isJson,
});
