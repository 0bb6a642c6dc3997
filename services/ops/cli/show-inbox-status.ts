import { GetInboxStatusResponseSchema } from '#gen/ops/v1/ops_pb.ts';
import { durationWords } from '../domain/words.ts';
import type { CliContext } from './context.ts';
import { moment } from './moment.ts';
import { printJson } from './print-json.ts';
import { table } from './table.ts';

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
    { head: 'dead letters', cell: ({ deadLetters }: Status) => deadLetters },
    { head: 'took in last', cell: ({ lastTakenAt }: Status) => moment(lastTakenAt) },
    { head: '', cell: ({ isCapped }: Status) => (isCapped ? 'or more' : '') },
  ];
  cli.say(table(columns, answer.consumers));
  const letters = answer.consumers.reduce((sum, each) => sum + each.deadLetters, 0);
  if (letters > 0) cli.note('See: ./inorder dead-letters');
};
