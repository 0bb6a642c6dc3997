import { CommandFailure } from '#platform/cli/command-failure.ts';
import {
  isBroken,
  refusedWords,
  strangerFailure,
  unansweredFailure,
} from '#platform/cli/failure-words.ts';
import { messageOf } from '#platform/cli/message-of.ts';
import { printable } from '#platform/cli/printable.ts';
import { mostWaits, retryAfterMs, waitWords } from '#platform/cli/wait-when-told.ts';
import type { PvzCli } from './context.ts';
import { FileFailure } from './file-failure.ts';
import { readPart, readRefusal, type ImportCounts, type ImportPart } from './import-answer.ts';
import type { ImportProgress } from './import-progress.ts';
import { checkErrorsFile, collectRefusals, type Refusals } from './import-refusals.ts';
import { findSource, type ImportSource } from './import-source.ts';
import { sendFile, type FileAnswer } from './send-file.ts';
import { countWords } from './words.ts';

export interface ImportOptions {
  /** The file that says why each refused line was refused; empty for none. */
  errors: string;
}

/**
 * Sends a file of JSON Lines, `-` for stdin, and shows what the server refuses while it goes on. Fails when a line
 * was refused.
 */
export const importOrders = async (
  cli: PvzCli,
  path: string,
  { errors }: ImportOptions,
): Promise<void> => {
  const source = await findSource(path);
  if (errors !== '') await checkErrorsFile(errors, source);
  const counts = await sendAndShow(cli, source, errors);
  const { lines, imported, failed } = counts;
  if (cli.isJson) cli.say(JSON.stringify(counts, null, 2));
  else cli.say(`Imported ${countWords(imported, 'order')} from ${countWords(lines, 'line')}.`);
  if (failed > 0) throw new CommandFailure(`${countWords(failed, 'line')} refused.`);
};

const sendAndShow = async (
  cli: PvzCli,
  source: ImportSource,
  errors: string,
): Promise<ImportCounts> => {
  const progress = cli.openProgress(source.bytes);
  const refusals = collectRefusals(errors, progress.note);
  try {
    const answer = await send(cli, source, progress);
    try {
      return await readAnswer(cli, answer.lines, { progress, refusals });
    } finally {
      answer.close();
    }
  } finally {
    await refusals.close().finally(progress.close);
  }
};

/** Waits and sends the file once more when the server asks for that. */
const send = async (
  cli: PvzCli,
  source: ImportSource,
  progress: ImportProgress,
): Promise<FileAnswer> => {
  const { url } = cli.peer;
  const { sent } = progress;
  for (let waits = 1; ; waits++) {
    const answer = await sendFile({ url, trust: cli.trust, source, sent }).catch(
      (error: unknown) => {
        throw error instanceof FileFailure || isBroken(error)
          ? brokenFailure(error, nothing)
          : unansweredFailure(cli.peer, error);
      },
    );
    if (answer.status === 200) return answer;
    const refusal = await readWhole(answer);
    const waitMs = retryAfterMs(answer.retryAfter);
    const canWait = answer.status === 429 && source.isRepeatable && waits <= mostWaits;
    if (waitMs === undefined || !canWait) throw refusedFailure(cli, answer.status, refusal);
    progress.note(waitWords(waitMs, readRefusal(refusal)?.code ?? 'no reason given'));
    await cli.sleep(waitMs);
  }
};

// far more than a refusal has
const mostRefusalChars = 64 * 1024;

const readWhole = async ({ lines, close }: FileAnswer): Promise<string> => {
  let text = '';
  try {
    for await (const line of lines) {
      text += line;
      if (text.length > mostRefusalChars) break;
    }
  } catch {
    // What came before the connection broke is all that there is to show.
  }
  close();
  return text;
};

const refusedFailure = (cli: PvzCli, status: number, body: string): CommandFailure => {
  const refusal = readRefusal(body);
  return refusal
    ? new CommandFailure(refusedWords(printable(refusal.code), printable(refusal.message)))
    : strangerFailure(cli.peer, `it answered an import with HTTP ${status}`);
};

interface Shown {
  progress: ImportProgress;
  refusals: Refusals;
}

/** Resolves with the result; every other end is a failure that says how far the import came. */
const readAnswer = async (
  cli: PvzCli,
  lines: AsyncIterable<string>,
  shown: Shown,
): Promise<ImportCounts> => {
  let soFar = nothing;
  try {
    for await (const line of lines) {
      if (line.trim() === '') continue;
      const part = readPart(line);
      if (!part) throw strangerFailure(cli.peer, `its answer has the line ${printable(line)}`);
      const counts = await take(part, shown);
      if (counts) soFar = counts;
      if ('result' in part) return part.result;
    }
  } catch (error) {
    if (error instanceof CommandFailure && !(error instanceof FileFailure)) throw error;
    throw brokenFailure(error, soFar);
  }
  throw new CommandFailure(`The answer ended without a result.\n${howFar(soFar)}`);
};

/** Shows one line of the answer; returns the counts that it reports. */
const take = async (
  part: ImportPart,
  { progress, refusals }: Shown,
): Promise<ImportCounts | undefined> => {
  if ('error' in part) {
    await refusals.add(part.error);
    return undefined;
  }
  if ('failure' in part) {
    const { code, message } = part.failure;
    const why = `The server gave up (${printable(code)}): ${printable(message)}`;
    throw new CommandFailure(`${why}\n${howFar(part.failure)}`);
  }
  const counts = 'progress' in part ? part.progress : part.result;
  progress.counted(counts);
  return counts;
};

const nothing: ImportCounts = { lines: 0, imported: 0, failed: 0 };

/** The failure when the connection or one of the files gave out on the way. */
const brokenFailure = (error: unknown, soFar: ImportCounts): CommandFailure => {
  const why = messageOf(error);
  const what = error instanceof FileFailure ? `${why}.` : `The connection broke (${why}).`;
  return new CommandFailure(`${what}\n${howFar(soFar)}`);
};

const howFar = ({ lines, imported, failed }: ImportCounts): string =>
  `Until then the server had reported ${countWords(lines, 'line')}: ${countWords(imported, 'order')} imported, ${countWords(failed, 'line')} refused.\n` +
  'Import the same file again: what was imported is refused then as ORDER_ALREADY_EXISTS and stays as it is.';
