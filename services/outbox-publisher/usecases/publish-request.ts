import { LeaseLost } from '../domain/lease.ts';
import type { RequestPart, RequestPlan } from '../domain/request-plan.ts';
import type { SentRow, UnsentRow } from '../domain/row.ts';
import { isWithoutAnswer, type SendFault } from '../domain/send-fault.ts';
import type { Lots } from './lots.ts';
import type { Marker } from './marker.ts';
import type { PartitionFailures } from './partition-failures.ts';
import { sendApart } from './send-apart.ts';

export interface PublishRequestDeps {
  markWaiting: (epoch: bigint, rows: readonly UnsentRow[]) => Promise<void>;
  /**
   * Marks rows PROCESSING where their policy wants it; leaves out rows that were changed since they were
   * read.
   */
  claim: (epoch: bigint, parts: readonly RequestPart[]) => Promise<readonly RequestPart[]>;
  send: (epoch: bigint, parts: readonly RequestPart[]) => Promise<SentRow[]>;
  /** Called when rows are acknowledged, before they are marked. */
  onSent: (sent: readonly SentRow[]) => void;
  /** Called when the broker refuses the row. */
  onRefused: (epoch: bigint, row: UnsentRow, reason: string) => Promise<void>;
  /** Called when rows could not be sent, or may not have been; nothing is wrong with any of them. */
  onUnsent: (epoch: bigint, parts: readonly RequestPart[], error: unknown) => Promise<void>;
  faultOf: (error: unknown) => SendFault;
  partitions: PartitionFailures;
  lots: Pick<Lots, 'split' | 'work' | 'isAnyThere'>;
}

interface Deps extends PublishRequestDeps {
  marker: Marker;
  epoch: bigint;
  /** What is sent goes to one broker of several. */
  isOneOfMany?: boolean;
}

/** Carries out a plan; returns whether everything that was to be sent was sent. */
export const publishRequest = async (deps: Deps, plan: RequestPlan): Promise<boolean> => {
  const { epoch } = deps;
  if (plan.waiting.length > 0) await deps.markWaiting(epoch, plan.waiting);
  let sentCount = 0;
  if (plan.parts.length > 0) sentCount = await send(deps, await deps.claim(epoch, plan.parts));
  // Refuse only when all else was sent: otherwise an unsent earlier row would be marked as waiting behind a later
  // FAILED one.
  const isAllSent = sentCount === countRows(plan.parts);
  if (isAllSent) for (const { row, reason } of plan.unsendable) await refuse(deps, row, reason);
  return isAllSent;
};

const countRows = (parts: readonly RequestPart[]): number =>
  parts.reduce((sum, { rows }) => sum + rows.length, 0);

/**
 * Refuses a row only when the rows before it are marked: once it is FAILED, every unsent row of its key
 * waits, or the later ones are sent.
 */
const refuse = async (deps: Deps, row: UnsentRow, reason: string): Promise<void> => {
  await deps.marker.settled();
  await deps.onRefused(deps.epoch, row, reason);
};

/** Returns how many rows were acknowledged, not counting detached lots. */
const send = async (deps: Deps, parts: readonly RequestPart[]): Promise<number> => {
  const { lots, marker } = deps;
  const split = lots.split(parts);
  if (!split) return sendLot(deps, parts);
  return lots.work(
    split,
    (lot, sendToIt) => sendLot({ ...deps, send: sendToIt, isOneOfMany: true }, lot.parts),
    () => marker.settled(),
  );
};

const sendLot = async (deps: Deps, parts: readonly RequestPart[]): Promise<number> => {
  const { isDoubtful } = deps.partitions;
  const doubtful = parts.filter(isDoubtful);
  if (doubtful.length === 0) return sendTogether(deps, parts);
  const sound = parts.filter((part) => !doubtful.includes(part));
  return (await sendTogether(deps, sound)) + (await sendOneByOne(deps, doubtful));
};

const sendTogether = async (deps: Deps, parts: readonly RequestPart[]): Promise<number> => {
  if (parts.length === 0) return 0;
  let sent: SentRow[];
  try {
    sent = await deps.send(deps.epoch, parts);
  } catch (error) {
    if (!isWithoutAnswer(deps.faultOf(error))) return sendOneByOne(deps, parts);
    await noteUnsent(deps, parts, error);
    if (!(await isOnlyOneSilent(deps, error))) throw error;
    for (const part of parts) deps.partitions.failed(part, error);
    return 0;
  }
  await acknowledge(deps, sent);
  return sent.length;
};

const sendOneByOne = async (deps: Deps, parts: readonly RequestPart[]): Promise<number> => {
  const { epoch, faultOf } = deps;
  let sentCount = 0;
  await sendApart(
    {
      send: async (some) => {
        try {
          return await deps.send(epoch, some);
        } catch (error) {
          if (faultOf(error).kind !== 'refused') await noteUnsent(deps, some, error);
          throw error;
        }
      },
      onSent: (sent) => {
        sentCount += sent.length;
        return acknowledge(deps, sent);
      },
      onRefused: (row, reason) => refuse(deps, row, reason),
      faultOf,
      partitions: deps.partitions,
      isOnlyOneSilent: (error) => isOnlyOneSilent(deps, error),
    },
    parts,
  );
  return sentCount;
};

const isOnlyOneSilent = async (deps: Deps, error: unknown): Promise<boolean> =>
  deps.isOneOfMany === true &&
  deps.faultOf(error).kind === 'silent' &&
  (await deps.lots.isAnyThere());

const acknowledge = async (deps: Deps, sent: readonly SentRow[]): Promise<void> => {
  deps.onSent(sent);
  await deps.marker.begin(sent);
};

/** LeaseLost comes before sending, so it counts as no failed attempt. */
const noteUnsent = async (
  deps: Deps,
  parts: readonly RequestPart[],
  error: unknown,
): Promise<void> => {
  if (error instanceof LeaseLost) return;
  await deps.marker.settled();
  await deps.onUnsent(deps.epoch, parts, error);
};
