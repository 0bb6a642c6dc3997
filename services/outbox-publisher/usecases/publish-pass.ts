import type { Assignment } from '../domain/assignment.ts';
import { LeaseLost } from '../domain/lease.ts';
import type { RequestPart, RequestPlan } from '../domain/request-plan.ts';
import type { SentRow, UnsentRow } from '../domain/row.ts';
import { sendAroundRefused } from './find-refused.ts';
import { startReading, type Read } from './reading.ts';

export interface PublishPassDeps {
  batchRows: number;
  readUnsent: (cursors: ReadonlyMap<number, string>, rowsPerBucket: number) => Promise<UnsentRow[]>;
  plan: (rows: readonly UnsentRow[]) => RequestPlan;
  send: (epoch: bigint, parts: readonly RequestPart[]) => Promise<SentRow[]>;
  /** False when the epoch has ended. */
  markSent: (epoch: bigint, sent: readonly SentRow[]) => Promise<boolean>;
  markWaiting: (epoch: bigint, rows: readonly UnsentRow[]) => Promise<void>;
  onRefused: (epoch: bigint, row: UnsentRow, reason: string) => Promise<void>;
  refusalReason: (error: unknown) => string | undefined;
  /** Acknowledged, not yet marked. */
  onSent: (sent: readonly SentRow[]) => void;
  /** Go on reading behind the cursors: the pass is young and still wanted. */
  mayGoOn: () => boolean;
  /** A writer has said that there is more since the last read; asking clears it. */
  takeWakeUp: () => boolean;
}

/**
 * Publishes the unsent rows of an assignment from the floor on, until a read comes back thin. The next
 * read runs while a request is on the wire, and rows are marked while the next request is: of one key
 * one request is in flight, and a row goes out only after the acknowledgement of those before it.
 * When it returns or throws, nothing that it began is under way. Tells how many rows it dealt with;
 * those that rest are not counted.
 */
export const publishPass = async (
  deps: PublishPassDeps,
  assignment: Assignment,
): Promise<number> => {
  const { epoch, buckets } = assignment;
  const reading = startReading({ ...deps, buckets });
  const steps = createSteps(deps, epoch);
  let rowCount = 0;
  let ahead: Promise<Read> | undefined = reading.next();
  try {
    while (ahead) {
      const { rows, isThin }: Read = await ahead;
      const plan = deps.plan(rows);
      rowCount += countOf(plan);
      reading.advance(plan.cursors);
      ahead = !isThin && deps.mayGoOn() ? reading.next() : undefined;
      // when this batch fails, the one read ahead is thrown away, whether it could be read or not
      ahead?.catch(() => undefined);
      await steps.publish(plan);
      if (!ahead && deps.takeWakeUp() && deps.mayGoOn()) ahead = reading.next();
    }
  } finally {
    await Promise.allSettled([ahead, steps.marked()]);
  }
  await steps.marked();
  return rowCount;
};

const countOf = ({ parts, waiting, unsendable }: RequestPlan): number =>
  parts.reduce((sum, { rows }) => sum + rows.length, waiting.length + unsendable.length);

const createSteps = (deps: PublishPassDeps, epoch: bigint) => {
  let marking: Promise<void> = Promise.resolve();

  const mark = async (sent: readonly SentRow[]): Promise<void> => {
    if (await deps.markSent(epoch, sent)) return;
    throw new LeaseLost('its epoch ended before sent rows could be marked');
  };

  const sendAll = async (parts: readonly RequestPart[]): Promise<void> => {
    try {
      const sent = await deps.send(epoch, parts);
      deps.onSent(sent);
      await marking;
      marking = mark(sent);
      marking.catch(() => undefined);
    } catch (error) {
      if (deps.refusalReason(error) === undefined) throw error;
      await marking;
      await sendAroundRefused({
        send: (some) => deps.send(epoch, some),
        markSent: async (sent) => {
          deps.onSent(sent);
          await mark(sent);
        },
        refusalReason: deps.refusalReason,
        onRefused: (row, reason) => deps.onRefused(epoch, row, reason),
      })(parts);
    }
  };

  return {
    publish: async (plan: RequestPlan): Promise<void> => {
      for (const { row, reason } of plan.unsendable) await deps.onRefused(epoch, row, reason);
      if (plan.waiting.length > 0) await deps.markWaiting(epoch, plan.waiting);
      if (plan.parts.length > 0) await sendAll(plan.parts);
    },
    marked: () => marking,
  };
};
