import type { Assignment } from '../domain/assignment.ts';
import type { RequestPart, RequestPlan } from '../domain/request-plan.ts';
import type { SentRow, UnsentRow } from '../domain/row.ts';
import type { SendFault } from '../domain/send-fault.ts';
import type { SeqFloor } from '../domain/seq-floor.ts';
import { createBounds, type BoundsDeps, type PassBounds } from './bounds.ts';
import { createMarker, type Marker } from './marker.ts';
import { startReading, type Read, type ReadRequest, type ShortReadRequest } from './reading.ts';
import { sendApart } from './send-apart.ts';

export interface PublishPassDeps extends BoundsDeps {
  batchRows: number;
  readUnsent: (request: ReadRequest) => Promise<UnsentRow[]>;
  readShort: (request: ShortReadRequest) => Promise<UnsentRow[]>;
  floor: SeqFloor;
  /** Was there a wake-up since this was last asked? */
  takeWakeUp: () => boolean;
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
 * A pass publishes the unsent rows of an assignment from the floor on. Rows are marked while the next
 * request is on the wire: of one key one request is in flight, and a row goes out only after the
 * acknowledgement of those before it.
 *
 * Where rows are many, the next read runs while a request is on the wire. Reads after the first go up to a
 * bound that was taken before the pass began. Without it they could find a row whose predecessor committed
 * after the first read, behind the cursor. With it they cannot: every transaction that took a `seq` up to
 * the bound had ended before the first read, which saw what it wrote.
 *
 * Where rows are few, and more are announced, it reads from the floor again after an acknowledgement and
 * leaves out what it has sent: no cursor, so nothing can be behind it.
 *
 * When a pass returns or throws, nothing that it began is under way.
 */
export const createPublishPass = (deps: PublishPassDeps): PublishPass => {
  const bounds = createBounds(deps);
  return async (assignment, mayGoOn) => {
    const pass = startPass(deps, bounds.startPass(), assignment);
    try {
      await pass.run(mayGoOn);
    } finally {
      await pass.settled();
    }
    return pass.finish();
  };
};

const startPass = (deps: PublishPassDeps, bounds: PassBounds, { epoch, buckets }: Assignment) => {
  const reading = startReading({ ...deps, buckets, floor: deps.floor.at() });
  const marker = createMarker((sent) => deps.markSent(epoch, sent));
  const refusals = watchRefusals(deps.onRefused);
  const publishing = { ...deps, onRefused: refusals.onRefused, marker, epoch };
  let ahead: Promise<Read> | undefined;
  let count = 0;

  const begun = () => ahead;
  const readOn = (): Promise<Read> | undefined => {
    if (bounds.before === undefined) return undefined;
    const next = reading.next(bounds.before);
    // when this batch fails, what is read ahead is thrown away, whether it could be read or not
    next.catch(() => undefined);
    return next;
  };
  /** Publishes what was read; meanwhile reads on where rows are many. */
  const step = async (read: Read, mayGoOn: () => boolean): Promise<void> => {
    const plan = deps.plan(read.rows);
    reading.advance(read, plan);
    const dealtWith = countOf(plan);
    count += dealtWith;
    const goesOn = !read.isThin && mayGoOn();
    if (goesOn || dealtWith > 0) bounds.take(goesOn);
    ahead = goesOn ? readOn() : undefined;
    await publish(publishing, plan);
    if (read.isThin && dealtWith > 0 && mayGoOn() && deps.takeWakeUp())
      ahead = reading.again(marker.unmarked());
  };
  return {
    run: async (mayGoOn: () => boolean): Promise<void> => {
      ahead = reading.first();
      for (let read = await begun(); read; read = await begun()) await step(read, mayGoOn);
    },
    settled: () => Promise.allSettled([ahead, bounds.settled(), marker.settled()]),
    /** How many rows it dealt with. */
    finish: async (): Promise<number> => {
      await marker.settled();
      await bounds.keep();
      if (bounds.before !== undefined && !refusals.any())
        deps.floor.raise(reading.settledUpTo(bounds.before));
      return count;
    },
  };
};

/** A refused row stays unsent, or not: after one the pass does not say what is settled. */
const watchRefusals = (handle: PublishPassDeps['onRefused']) => {
  let any = false;
  const onRefused: PublishPassDeps['onRefused'] = (epoch, row, reason) => {
    any = true;
    return handle(epoch, row, reason);
  };
  return { onRefused, any: () => any };
};

const countOf = ({ parts, waiting, unsendable }: RequestPlan): number =>
  parts.reduce((sum, { rows }) => sum + rows.length, waiting.length + unsendable.length);

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
