import { AppError } from '#platform/base/errors.ts';
import { decodeCause } from '../domain/stuck.ts';
import type { IgnoredCause } from './list-stuck.ts';
import { entryOf, type DoneOperation, type OperationDeps } from './operation.ts';

export interface IgnoreCauseInput {
  actor: string;
  cause: string;
  /** Undefined: it is not ignored any more. */
  until: Date | undefined;
  reason: string;
}

export interface IgnoreCauseDeps extends OperationDeps {
  saveIgnored: (
    cause: Omit<IgnoredCause, 'until'> & { until: Date | undefined },
    operation: DoneOperation,
  ) => Promise<void>;
}

const longestMs = 366 * 86_400_000;

/** Ignores a cause until some time, or no longer. Returns the id of the operation. */
export const ignoreCause =
  (deps: IgnoreCauseDeps) =>
  async ({ actor, cause, until, reason }: IgnoreCauseInput): Promise<string> => {
    const facts = decodeCause(cause);
    const now = deps.now();
    const end = until && until > now ? until : undefined;
    if (end && end.getTime() - now.getTime() > longestMs)
      throw new AppError('invalid', 'until-too-late', 'A cause is ignored for a year at most.', {
        field: 'until',
      });
    const operation = entryOf(deps, {
      actor,
      operation: 'ignore',
      source: facts.service,
      dryRun: false,
      arguments: { ...facts, until: end ?? null, why: reason },
    })(1);
    await deps.saveIgnored({ cause, until: end, by: actor, reason }, operation);
    return operation.id;
  };
