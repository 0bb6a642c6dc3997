import { timestampDate } from '@bufbuild/protobuf/wkt';
import { report, stamp } from './batches.ts';
import type { CliContext } from './context.ts';
import { findStuck } from './show-stuck.ts';

export interface IgnoreOptions {
  actor: string;
  reason: string;
  /** Undefined: it is ignored no longer. */
  until: Date | undefined;
}

/** Ignores a cause until a time, or no longer; what is stuck stays stuck. */
export const ignore = async (
  cli: CliContext,
  word: string,
  { actor, reason, until }: IgnoreOptions,
): Promise<void> => {
  const { cause, kind, service, reason: error } = await findStuck(cli, word);
  const time = stamp(until);
  const { operationId } = await cli.client.ignoreCause({
    actor,
    cause,
    reason,
    ...(time && { until: time }),
  });
  const which = `${kind} of ${service}: ${error}`;
  const words =
    time === undefined
      ? `Listed with the others again: ${which}`
      : `Ignored until ${timestampDate(time).toISOString()}: ${which}`;
  report(cli, words, { cause, operation_id: operationId });
};
