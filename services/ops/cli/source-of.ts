import { CommandFailure } from '#platform/cli/command-failure.ts';
import type { CliContext } from './context.ts';

/** Finds the outbox that is meant: the one that is named, else the only one with events of the order. */
export const sourceOf = async (
  cli: CliContext,
  { key, topic, source }: { key: string; topic: string; source: string },
): Promise<string> => {
  if (source !== '' || key === '') return source;
  const { entries } = await cli.client.getTimeline({ key, topic, limit: 1 });
  const found = [...new Set(entries.map(({ event }) => event?.source ?? ''))];
  if (found.length === 0)
    throw new CommandFailure(`There is no event of order ${key} in an outbox.`);
  // when there are several, ops answers with their names
  return found.length === 1 ? (found[0] ?? '') : '';
};
