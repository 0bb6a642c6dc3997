import type { Assignment } from '../domain/assignment.ts';
import { createReadSize, type ReadSize } from '../domain/read-size.ts';
import type { RequestPlan } from '../domain/request-plan.ts';
import type { SentRow, UnsentRow } from '../domain/row.ts';
import type { ReadThrough, SeqFloor } from '../domain/seq-floor.ts';
import { createRoundRobin, type RoundRobin } from '../domain/round-robin.ts';
import { createBounds, type BoundsDeps, type PassBounds } from './bounds.ts';
import { createMarker } from './marker.ts';
import { publishRequest, type PublishRequestDeps } from './publish-request.ts';
import {
  startReading,
  type Read,
  type ReadRequest,
  type RowsRead,
  type ShortReadRequest,
} from './reading.ts';

export interface PublishPassDeps extends BoundsDeps, PublishRequestDeps {
  batchRows: number;
  readUnsent: (request: ReadRequest) => Promise<RowsRead>;
  readShort: (request: ShortReadRequest) => Promise<RowsRead>;
  floor: SeqFloor;
  /** Was there a wake-up since the last call? */
  takeWakeUp: () => boolean;
  /** Notes how long it took to read and send a few rows. */
  noteThin: (tookMs: number) => void;
  plan: (rows: readonly UnsentRow[]) => RequestPlan;
  /** Returns false when the epoch has ended. */
  markSent: (epoch: bigint, sent: readonly SentRow[]) => Promise<boolean>;
}

/** What a pass has done. */
export interface PassOutcome {
  /** How many rows it handled, not counting those that are backed off or wait. */
  count: number;
  /** Nothing was left when it last read, and all of that was sent. */
  isDrained: boolean;
}

/** Publishes the rows that there are. */
export type PublishPass = (assignment: Assignment, mayGoOn: () => boolean) => Promise<PassOutcome>;

/**
 * A pass publishes the unsent rows of an assignment, beginning at the floors. Rows are marked while the next
 * request is in flight: per key there is one request in flight, and a row is sent only after the
 * acknowledgement of those before it.
 *
 * Where rows are many, the next read runs while a request is in flight. Reads after the first go up to a
 * bound that was taken before the pass began. Without it they could find a row whose predecessor committed
 * after the first read, behind the cursor. With it they cannot: every transaction that allocated a `seq` up
 * to the bound had ended before the first read, which saw what it wrote.
 *
 * Where rows are few, and more are announced, it reads from the floors again after an acknowledgement and
 * leaves out what it has sent: there is no cursor, so nothing can be behind it.
 *
 * When a pass returns or throws, nothing that it began is in progress.
 */
export const createPublishPass = (deps: PublishPassDeps): PublishPass => {
  const bounds = createBounds(deps);
  // what one pass learns about the size of rows is used by the next
  const sized = { ...deps, size: createReadSize(), roundRobin: createRoundRobin() };
  let expectThin = true;
  return async (assignment, mayGoOn) => {
    const pass = startPass({ ...sized, expectThin }, bounds.startPass(), assignment);
    // a failed pass has seen too little to decide
    expectThin = false;
    try {
      await pass.run(mayGoOn);
    } finally {
      await pass.settled();
    }
    expectThin = pass.isThin();
    return pass.finish();
  };
};

type PassDeps = PublishPassDeps & { size: ReadSize; roundRobin: RoundRobin; expectThin: boolean };

const startPass = (deps: PassDeps, bounds: PassBounds, { epoch, buckets }: Assignment) => {
  const reading = startReading({ ...deps, buckets });
  const marker = createMarker((sent) => deps.markSent(epoch, sent));
  const publishing = { ...deps, marker, epoch };
  let ahead: Promise<Read> | undefined;
  let through: ReadThrough | undefined;
  let count = 0;
  let isDrained = false;

  const begun = () => ahead;
  const readOn = (): Promise<Read> | undefined => {
    if (bounds.before === undefined) return undefined;
    const next = reading.next(bounds.before);
    // when this batch fails, what is read ahead is discarded, whether the read succeeds or not
    next.catch(() => undefined);
    return next;
  };
  const readThrough = () =>
    bounds.before === undefined ? undefined : reading.readThrough(bounds.before);
  /** Publishes what was read, and reads ahead where rows are many. Returns whether all of it was sent. */
  const step = async (read: Read, mayGoOn: () => boolean): Promise<boolean> => {
    const plan = deps.plan(read.rows);
    reading.advance(read, plan);
    const dealtWith = countOf(plan);
    count += dealtWith;
    const goesOn = !read.isThin && mayGoOn();
    if (goesOn || dealtWith > 0) bounds.take(goesOn);
    ahead = goesOn ? readOn() : undefined;
    if (!(await publishRequest(publishing, plan))) return false;
    through = readThrough();
    if (read.isThin && dealtWith > 0 && mayGoOn() && deps.takeWakeUp())
      ahead = reading.again(marker.unmarked());
    return true;
  };
  return {
    run: async (mayGoOn: () => boolean): Promise<void> => {
      let startMs = deps.monotonicMs();
      ahead = reading.first();
      let read = await begun();
      while (read) {
        const isSent = await step(read, mayGoOn);
        isDrained = isSent && read.isThin && buckets.every(read.isWhole);
        const endMs = deps.monotonicMs();
        if (read.isThin && read.rows.length > 0) deps.noteThin(endMs - startMs);
        startMs = endMs;
        // after an incomplete batch the pass ends: the next one begins with the rows left behind
        read = isSent ? await begun() : undefined;
      }
    },
    isThin: () => reading.isThin(),
    settled: () => Promise.allSettled([ahead, bounds.settled(), marker.settled()]),
    finish: async (): Promise<PassOutcome> => {
      await marker.settled();
      await bounds.keep();
      if (through) deps.floor.raise(through);
      return { count, isDrained };
    },
  };
};

const countOf = ({ parts, unsendable }: RequestPlan): number =>
  parts.reduce((sum, { rows }) => sum + rows.length, unsendable.length);
