import type { RequestPart } from '../domain/request-plan.ts';
import { topicKey, type SentRow, type UnsentRow } from '../domain/row.ts';
import type { SendFault } from '../domain/send-fault.ts';
import type { PartitionCare } from './partition-care.ts';

export interface SendApartDeps {
  send: (parts: readonly RequestPart[]) => Promise<SentRow[]>;
  /** Called after each acknowledgement. */
  onSent: (sent: readonly SentRow[]) => Promise<void>;
  faultOf: (error: unknown) => SendFault;
  onRefused: (row: UnsentRow, reason: string) => Promise<void>;
  partitions: Pick<PartitionCare, 'failed' | 'written'>;
  /** The broker to which all of this goes does not answer, but another does. */
  isOnlyOneSilent: (error: unknown) => Promise<boolean>;
}

/**
 * After a rejected request, which does not name the row: sends partition by partition, halving until the
 * refused rows stand alone. What follows one of them under the same key is left for later; everything
 * else goes out, in order. A partition that cannot be written does not hold up the others: the rest of its
 * part stays. When the broker of them all does not answer, one of them has waited for it until it timed out, and
 * the others do not. Any other error rises at once.
 */
export const sendApart = async (
  deps: SendApartDeps,
  parts: readonly RequestPart[],
): Promise<void> => {
  for (const [i, part] of parts.entries()) {
    try {
      await sendPart(deps, part);
      if (part.rows.length > 0) deps.partitions.written(part);
    } catch (error) {
      const isOfPartition = deps.faultOf(error).kind === 'partition';
      if (!isOfPartition && !(await deps.isOnlyOneSilent(error))) throw error;
      const failed = isOfPartition ? [part] : parts.slice(i);
      for (const each of failed) deps.partitions.failed(each, error);
      if (!isOfPartition) return;
    }
  }
};

/** Returns the rows that were refused. */
const sendPart = async (deps: SendApartDeps, part: RequestPart): Promise<UnsentRow[]> => {
  const [first] = part.rows;
  if (!first) return [];
  const reason = await trySend(deps, part);
  if (reason === undefined) return [];
  if (part.rows.length === 1) {
    await deps.onRefused(first, reason);
    return [first];
  }
  const middle = Math.ceil(part.rows.length / 2);
  const refused = await sendPart(deps, { ...part, rows: part.rows.slice(0, middle) });
  const rest = withoutKeysOf(part.rows.slice(middle), refused);
  return [...refused, ...(await sendPart(deps, { ...part, rows: rest }))];
};

const trySend = async (deps: SendApartDeps, part: RequestPart): Promise<string | undefined> => {
  let sent: SentRow[];
  try {
    sent = await deps.send([part]);
  } catch (error) {
    const fault = deps.faultOf(error);
    if (fault.kind !== 'refused') throw error;
    return fault.reason;
  }
  await deps.onSent(sent);
  return undefined;
};

const withoutKeysOf = (rows: readonly UnsentRow[], refused: readonly UnsentRow[]): UnsentRow[] => {
  const keys = new Set(refused.map(topicKey));
  return rows.filter((row) => !keys.has(topicKey(row)));
};
