import { GetInboxStatusResponseSchema, type ConsumerStatus } from '#gen/ops/v1/ops_pb.ts';
import { countWords, durationWords } from '../domain/words.ts';
import type { CliContext } from './context.ts';
import { moment } from '#platform/cli/moment.ts';
import { printable } from '#platform/cli/printable.ts';
import { printJson } from '#platform/cli/print-json.ts';
import { table } from '#platform/cli/table.ts';

export const showInboxStatus = async (cli: CliContext): Promise<void> => {
  const answer = await cli.client.getInboxStatus({});
  if (cli.isJson) {
    printJson(cli, GetInboxStatusResponseSchema, answer);
    return;
  }
  if (answer.consumers.length === 0) {
    cli.say('No consumer has taken anything in.');
    return;
  }
  type Status = (typeof answer.consumers)[0];
  const columns = [
    { head: 'consumer', cell: ({ consumer }: Status) => consumer, most: 28 },
    { head: 'parked', cell: ({ parkedKeys }: Status) => parkedKeys },
    { head: 'blocked', cell: ({ blockedKeys }: Status) => blockedKeys },
    {
      head: 'oldest',
      cell: ({ parkedKeys, oldestParkedSeconds }: Status) =>
        parkedKeys === 0 ? '-' : durationWords(oldestParkedSeconds),
    },
    { head: 'unsent letters', cell: ({ lettersWaiting }: Status) => lettersWaiting },
    { head: 'dead letters', cell: ({ deadLetters }: Status) => deadLetters },
    { head: 'last accepted', cell: ({ lastTakenAt }: Status) => moment(lastTakenAt) },
    { head: '', cell: ({ isCapped }: Status) => (isCapped ? 'or more' : '') },
  ];
  cli.say(table(columns, answer.consumers));
  for (const each of answer.consumers.filter(({ letterError }) => letterError !== ''))
    cli.note(unsentWords(each));
  for (const { consumer, heldPartitions } of answer.consumers)
    for (const { says } of heldPartitions)
      cli.say(`${consumer} is ${printable(says)}. Its other partitions go on.`);
  const letters = answer.consumers.reduce((sum, each) => sum + each.deadLetters, 0);
  if (letters > 0) cli.note('See: ./inorder dead-letters');
};

const unsentWords = (status: ConsumerStatus): string => {
  const { consumer, lettersWaiting, oldestLetterSeconds, letterError } = status;
  const waiting = `${countWords(lettersWaiting, 'dead letter')}, since ${durationWords(oldestLetterSeconds)}`;
  return `${consumer} cannot write ${waiting}: ${letterError}. Their orders wait.`;
};
