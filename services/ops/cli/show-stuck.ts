import { createHash } from 'node:crypto';
import { ListStuckResponseSchema, type StuckGroup } from '#gen/ops/v1/stuck_pb.ts';
import { CommandFailure } from '#platform/cli/command-failure.ts';
import { moment } from '#platform/cli/moment.ts';
import { printJson } from '#platform/cli/print-json.ts';
import { printable } from '#platform/cli/printable.ts';
import type { CliContext } from './context.ts';

/** Prints what does not go on by itself, by its cause, with the command that helps. */
export const showStuck = async (cli: CliContext, service: string): Promise<void> => {
  const answer = await cli.client.listStuck({ service });
  if (cli.isJson) {
    printJson(cli, ListStuckResponseSchema, answer);
    return;
  }
  const { groups, ignored } = answer;
  cli.say(groups.length === 0 ? 'Nothing is stuck.' : groups.map(describe).join('\n\n'));
  if (ignored.length > 0)
    cli.say(`\nIgnored for a while:\n\n${ignored.map(describe).join('\n\n')}`);
  if (groups.length > 0)
    cli.note("Ignore one for a while: ./inorder ignore CAUSE --until 2h --reason '…'");
};

/** The few letters by which people name a cause; the word itself is long. */
const shortCause = (cause: string): string =>
  createHash('sha256').update(cause).digest('hex').slice(0, 8);

const describe = (group: StuckGroup): string => {
  const { cause, kind, service, consumer, topic, reason, says, since, newest } = group;
  const place = [consumer || service, topic].filter((each) => each !== '').join(' on ');
  return [
    `${shortCause(cause)}  ${kind}  ${place}: ${printable(reason)}`,
    `  ${printable(says)}`,
    `  since ${moment(since)}, the newest ${moment(newest)} (UTC)`,
    ...sampleOf(group),
    ...failedAgainOf(group),
    ...ignoredOf(group),
    ...nextStepOf(group),
  ].join('\n');
};

const mostShown = 5;

const sampleOf = ({ sample, orders }: StuckGroup): string[] => {
  if (sample.length === 0) return [];
  const more = orders > mostShown ? ', …' : '';
  return [`  orders: ${sample.slice(0, mostShown).map(printable).join(', ')}${more}`];
};

const failedAgainOf = ({ failedAgain }: StuckGroup): string[] =>
  failedAgain === 0
    ? []
    : [`  ! ${failedAgain} of them failed again after a redrive: the cause is not mended.`];

const ignoredOf = ({ ignoredUntil, ignoredBy, ignoreReason }: StuckGroup): string[] =>
  ignoredUntil === undefined
    ? []
    : [`  ignored until ${moment(ignoredUntil)} by ${ignoredBy}: ${printable(ignoreReason)}`];

const redrives: Readonly<Record<string, string>> = {
  FAILED: 'redrive',
  DEAD_LETTER: 'dead-letters redrive',
};

const nextStepOf = ({ kind, cause, sample }: StuckGroup): string[] => {
  const command = redrives[kind];
  if (command !== undefined) return [`  ./inorder ${command} --cause ${shortCause(cause)}`];
  return sample[0] === undefined ? [] : [`  ./inorder timeline ${printable(sample[0])}`];
};

/** Finds what is stuck for a cause, by its letters in `stuck` or by the whole word that --json has. */
export const findStuck = async (cli: CliContext, word: string): Promise<StuckGroup> => {
  const { groups, ignored } = await cli.client.listStuck({});
  const found = [...groups, ...ignored].find(
    ({ cause }) => cause === word || shortCause(cause) === word,
  );
  if (found === undefined)
    throw new CommandFailure(
      `Nothing is stuck for the cause ${printable(word)}. See: ./inorder stuck`,
    );
  return found;
};

/** What a redrive of FAILED events needs to know of a cause. Refuses causes of other kinds. */
export const failedOf = async (cli: CliContext, word: string) => {
  const { service, topic, reason } = await stuckOfKind(cli, word, 'FAILED');
  return { source: service, topic, reason };
};

/** What a redrive of dead letters needs to know of a cause. Refuses causes of other kinds. */
export const lettersOf = async (cli: CliContext, word: string) => {
  const { consumer, topic, reason } = await stuckOfKind(cli, word, 'DEAD_LETTER');
  return { consumer, topic, firstLine: reason };
};

const stuckOfKind = async (cli: CliContext, word: string, wanted: string): Promise<StuckGroup> => {
  const group = await findStuck(cli, word);
  if (group.kind === wanted) return group;
  const command = redrives[group.kind];
  throw new CommandFailure(
    command === undefined
      ? `This cause is ${group.kind}: there is nothing to redrive. ${group.says}`
      : `This cause is ${group.kind}: ./inorder ${command} --cause ${word}`,
    2,
  );
};
