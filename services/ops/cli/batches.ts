import { timestampFromDate, type Timestamp } from '@bufbuild/protobuf/wkt';
import { CommandFailure } from '#platform/cli/command-failure.ts';
import type { CliContext } from './context.ts';

export interface ChangeOptions extends ManyOptions {
  source: string;
  topic: string;
}

export interface ManyOptions {
  actor: string;
  dryRun: boolean;
  /** Whether to act without asking. */
  yes: boolean;
  /** Rows per second; undefined means as fast as possible. */
  rate: number | undefined;
  from: Date | undefined;
  before: Date | undefined;
}

export const stamp = (moment: Date | undefined): Timestamp | undefined =>
  moment && timestampFromDate(moment);

/** Asks before more than one order is changed; where nobody can be asked, --yes is required. */
export const confirm = async (cli: CliContext, what: string, isSure: boolean): Promise<void> => {
  if (isSure) return;
  if (!cli.ask) throw new CommandFailure(`${what} Nothing was changed: add --yes to do it.`, 2);
  if (!(await cli.ask(`${what} Go on?`))) throw new CommandFailure('Nothing was changed.');
};

/** Creates the failure of a command that found nothing to change; `look` is the command that shows what there is. */
export const nothingMatches = (look: string): CommandFailure =>
  new CommandFailure(`Nothing matches, so nothing was changed. See: ./inorder ${look}`);

/** A batch is no larger than what the rate allows in one second. */
export const batchOf = (most: number, rate: number | undefined): number =>
  Math.min(most, rate ?? most);

export const keepRate = async (
  cli: CliContext,
  rows: number,
  rate: number | undefined,
): Promise<void> => {
  if (rate !== undefined) await cli.sleep((rows / rate) * 1_000);
};

/** Prints the result, as text or as JSON. */
export const report = (cli: CliContext, words: string, facts: Record<string, unknown>): void =>
  cli.say(cli.isJson ? JSON.stringify(facts, null, 2) : words);

/** Tells the reader how to see what becomes of a change; of several batches it is the last one. */
export const sayHowFar = (cli: CliContext, operationId: string): void => {
  if (!cli.isJson) cli.note(`How far it is: ./inorder operation ${operationId} --follow`);
};
