import { ListDeadLettersResponseSchema, type DeadLetter } from '#gen/ops/v1/ops_pb.ts';
import { countWords } from '../domain/words.ts';
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
  cli.say(answer.letters.map(describe).join('\n\n'));
  if (answer.nextPageToken !== '') cli.note(`There are more: --page ${answer.nextPageToken}`);
};

const describe = (letter: DeadLetter): string => {
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
    ...valueOf(letter),
  ].join('\n');
};

const outcomeOf = (letter: DeadLetter): string[] => {
  const { discardedAt, discardedBy, discardReason, redrivenAt, redrivenBy } = letter;
  if (discardedAt)
    return [`  discarded ${moment(discardedAt)} by ${discardedBy}: ${printable(discardReason)}`];
  return redrivenAt ? [`  redriven ${moment(redrivenAt)} by ${redrivenBy}`] : [];
};

// as much as fits a screen; --json has all that ops returns
const mostShown = 400;
const bytesALine = 16;
const mostLines = 6;

const valueOf = ({ value, valueForm, valueBytes }: DeadLetter): string[] => {
  if (valueForm === 'none') return ['  no value'];
  if (valueForm === 'hex') {
    const more = valueBytes > bytesALine * mostLines ? [`    … of ${valueBytes} bytes`] : [];
    return [`  value ${valueBytes} bytes, neither JSON nor text:`, ...hexDump(value), ...more];
  }
  const text = printable(value);
  const shown = text.length > mostShown ? `${text.slice(0, mostShown)} … (--json has more)` : text;
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
