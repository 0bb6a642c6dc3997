import {
  GetDeadLetterResponseSchema,
  ListDeadLettersResponseSchema,
  type DeadLetter,
} from '#gen/ops/v1/ops_pb.ts';
import { countWords } from '../domain/words.ts';
import { CommandFailure } from '#platform/cli/command-failure.ts';
import type { CliContext } from './context.ts';
import { moment } from '#platform/cli/moment.ts';
import { printJson } from '#platform/cli/print-json.ts';
import { printable } from '#platform/cli/printable.ts';

export interface LettersOptions {
  consumer: string;
  key: string;
  reason: string;
  all: boolean;
  limit: number;
  page: string;
}

export const showLetters = async (cli: CliContext, options: LettersOptions): Promise<void> => {
  const { consumer, key, reason, all, limit, page } = options;
  const asked = { consumer, key, reason, includeSettled: all, pageSize: limit, pageToken: page };
  const answer = await cli.client.listDeadLetters(asked);
  if (cli.isJson) {
    printJson(cli, ListDeadLettersResponseSchema, answer);
    return;
  }
  if (answer.letters.length === 0) {
    cli.say(all ? 'No dead letter fits.' : 'No dead letter fits; --all shows those dealt with.');
    return;
  }
  cli.say(answer.letters.map((letter) => describe(letter, mostShown)).join('\n\n'));
  if (answer.nextPageToken !== '') cli.note(`There are more: --page ${answer.nextPageToken}`);
};

/**
 * Prints one message with its whole value, or the value alone as it was received, which is what one edits. Refuses the
 * latter for a value that is neither JSON nor text.
 */
export const showLetter = async (
  cli: CliContext,
  eventId: string,
  { consumer, onlyValue }: { consumer: string; onlyValue: boolean },
): Promise<void> => {
  const answer = await cli.client.getDeadLetter({ consumer, eventId });
  const { letter } = answer;
  if (letter === undefined) throw new CommandFailure('ops has answered without the message.');
  if (onlyValue) cli.say(textOf(letter));
  else if (cli.isJson) printJson(cli, GetDeadLetterResponseSchema, answer);
  else cli.say(describe(letter, Infinity));
};

const textOf = ({ value, valueForm }: DeadLetter): string => {
  if (valueForm === 'json' || valueForm === 'text') return value;
  throw new CommandFailure(
    valueForm === 'none'
      ? 'The message has no value.'
      : 'The value is neither JSON nor text; its bytes are in raw_value of --json.',
  );
};

/** Describes a message, with so many characters of its value. */
const describe = (letter: DeadLetter, most: number): string => {
  const { consumer, attempts, error, key, sequence, source, eventType } = letter;
  const headers = Object.entries(letter.headers).map(([name, value]) => `${name}=${value}`);
  const after = attempts > 0 ? ` after ${countWords(attempts, 'attempt')}` : '';
  const which = sequence === undefined ? '' : ` sequence ${sequence.toString()}`;
  const from = source === '' ? '' : ` from ${source}`;
  return [
    `${consumer} gave up ${moment(letter.failedAt)}${after}: ${printable(error)}`,
    ...outcomeOf(letter),
    `  order ${printable(key)}${which}${printable(from)}  ${printable(eventType)}`,
    `  event id ${letter.eventId}  topic ${letter.topic}  partition ${letter.partition}  offset ${letter.offset.toString()}`,
    ...(headers.length > 0 ? [`  headers ${printable(headers.join(' '))}`] : []),
    ...valueOf(letter, most),
  ].join('\n');
};

const outcomeOf = (letter: DeadLetter): string[] => {
  const { discardedAt, discardedBy, discardReason, redrivenAt, redrivenBy } = letter;
  if (discardedAt)
    return [`  discarded ${moment(discardedAt)} by ${discardedBy}: ${printable(discardReason)}`];
  return redrivenAt ? [`  redriven ${moment(redrivenAt)} by ${redrivenBy}`] : [];
};

// as much as fits a screen
const mostShown = 400;
const bytesALine = 16;
const mostLines = 6;

const valueOf = ({ value, valueForm, valueBytes }: DeadLetter, most: number): string[] => {
  if (valueForm === 'none') return ['  no value'];
  if (valueForm === 'hex') {
    const more = valueBytes > bytesALine * mostLines ? [`    … of ${valueBytes} bytes`] : [];
    return [`  value ${valueBytes} bytes, neither JSON nor text:`, ...hexDump(value), ...more];
  }
  const text = printable(value);
  const shown = text.length > most ? `${text.slice(0, most)} … (show has it all)` : text;
  const form = valueForm === 'json' ? 'JSON' : 'text';
  return [`  value ${valueBytes} bytes, ${form}: ${shown}`];
};

const hexDump = (digits: string): string[] => {
  const bytes = Buffer.from(digits, 'hex');
  const count = Math.min(mostLines, Math.ceil(bytes.length / bytesALine));
  return Array.from({ length: count }, (_, line) => {
    const part = bytes.subarray(line * bytesALine, (line + 1) * bytesALine);
    const hex = [...part].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = part.toString('latin1').replaceAll(/[^ -~]/g, '.');
    const start = (line * bytesALine).toString(16).padStart(4, '0');
    return `    ${start}  ${hex.padEnd(bytesALine * 3 - 1)}  |${text}|`;
  });
};
