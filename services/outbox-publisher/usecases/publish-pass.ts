import type { Assignment } from '../domain/assignment.ts';
import type { RequestPart, RequestPlan } from '../domain/request-plan.ts';
import type { SentRow, UnsentRow } from '../domain/row.ts';
import type { SendFault } from '../domain/send-fault.ts';
import { createMarker, type Marker } from './marker.ts';
import { startReading, type Read, type ReadRequest } from './reading.ts';
import { sendApart } from './send-apart.ts';

export interface PublishPassDeps {
  batchRows: number;
  readUnsent: (request: ReadRequest) => Promise<UnsentRow[]>;
  /** The highest `seq` given out so far, when all that took a lower one has ended. */
  readBound: () => Promise<string | undefined>;
  plan: (rows: readonly UnsentRow[]) => RequestPlan;
  send: (epoch: bigint, parts: readonly RequestPart[]) => Promise<SentRow[]>;
  /** False when the epoch has ended. */
  markSent: (epoch: bigint, sent: readonly SentRow[]) => Promise<boolean>;
  markWaiting: (epoch: bigint, rows: readonly UnsentRow[]) => Promise<void>;
  onRefused: (epoch: bigint, row: UnsentRow, reason: string) => Promise<void>;
  faultOf: (error: unknown) => SendFault;
  /** Acknowledged, not yet marked. */
  onSent: (sent: readonly SentRow[]) => void;
}

/** Publishes what there is; tells how many rows it dealt with, not counting those that rest. */
export type PublishPass = (assignment: Assignment, mayGoOn: () => boolean) => Promise<number>;

/**
 * A pass publishes the unsent rows of an assignment from the floor on, until a read comes back thin. The
 * next read runs while a request is on the wire, and rows are marked while the next request is: of one key
 * one request is in flight, and a row goes out only after the acknowledgement of those before it.
 *
 * Reads after the first go up to a bound that was taken before the pass began. Without it they could find
 * a row whose predecessor committed after the first read, behind the cursor. With it they cannot: every
 * transaction that took a `seq` up to the bound had ended before the first read, which saw what it wrote.
 *
 * When a pass returns or throws, nothing that it began is under way.
 */
export const createPublishPass = (deps: PublishPassDeps): PublishPass => {
  let bound: string | undefined;

  return async (assignment, mayGoOn) => {
    const reading = startReading({ ...deps, buckets: assignment.buckets });
    const marker = createMarker((sent) => deps.markSent(assignment.epoch, sent));
    const boundBefore = bound;
    let boundNow: Promise<string | undefined> | undefined;
    let count = 0;
    bound = undefined;
    let ahead: Promise<Read> | undefined = reading.first();
    try {
      while (ahead) {
        const { rows, isThin }: Read = await ahead;
        const plan = deps.plan(rows);
        reading.advance(plan.cursors);
        count += countOf(plan);
        const goesOn: boolean = !isThin && mayGoOn();
        if (goesOn) boundNow ??= deps.readBound();
        ahead = goesOn && boundBefore !== undefined ? reading.next(boundBefore) : undefined;
        // when this batch fails, what is read ahead is thrown away, whether it could be read or not
        quiet(ahead, boundNow);
        await publish({ ...deps, marker, epoch: assignment.epoch }, plan);
      }
    } finally {
      await Promise.allSettled([ahead, boundNow, marker.settled()]);
    }
    await marker.settled();
    bound = await boundNow;
    return count;
  };
};

const countOf = ({ parts, waiting, unsendable }: RequestPlan): number =>
  parts.reduce((sum, { rows }) => sum + rows.length, waiting.length + unsendable.length);

const quiet = (...promises: (Promise<unknown> | undefined)[]): void => {
  for (const promise of promises) promise?.catch(() => undefined);
};

type PublishDeps = PublishPassDeps & { marker: Marker; epoch: bigint };

const publish = async (deps: PublishDeps, plan: RequestPlan): Promise<void> => {
  if (plan.waiting.length > 0) await deps.markWaiting(deps.epoch, plan.waiting);
  if (plan.parts.length > 0) await sendParts(deps, plan.parts);
  for (const { row, reason } of plan.unsendable) await refuse(deps, row, reason);
};

/** Only when what goes before the row is marked: once it is FAILED, every unsent row of its key waits. */
const refuse = async (deps: PublishDeps, row: UnsentRow, reason: string): Promise<void> => {
  await deps.marker.settled();
  await deps.onRefused(deps.epoch, row, reason);
};

const sendParts = async (deps: PublishDeps, parts: readonly RequestPart[]): Promise<void> => {
  const { epoch, marker } = deps;
  const onSent = async (sent: readonly SentRow[]): Promise<void> => {
    deps.onSent(sent);
    await marker.begin(sent);
  };
  let sent: SentRow[];
  try {
    sent = await deps.send(epoch, parts);
  } catch (error) {
    if (deps.faultOf(error).kind === 'away') throw error;
    await sendApart(
      {
        send: (some) => deps.send(epoch, some),
        onSent,
        faultOf: deps.faultOf,
        onRefused: (row, reason) => refuse(deps, row, reason),
      },
      parts,
    );
    return;
  }
  await onSent(sent);
};
