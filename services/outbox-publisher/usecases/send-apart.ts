import type { RequestPart } from '../domain/request-plan.ts';
import { topicKey, type SentRow, type UnsentRow } from '../domain/row.ts';
import type { SendFault } from '../domain/send-fault.ts';
import type { PartitionFailures } from './partition-failures.ts';

export interface SendApartDeps {
  send: (parts: readonly RequestPart[]) => Promise<SentRow[]>;
  /** Called after each acknowledgement. */
  onSent: (sent: readonly SentRow[]) => Promise<void>;
  faultOf: (error: unknown) => SendFault;
  onRefused: (row: UnsentRow, reason: string) => Promise<void>;
  partitions: Pick<PartitionFailures, 'failed' | 'written'>;
  /** Whether the broker of all these parts does not answer, but another does. */
  isOnlyOneSilent: (error: unknown) => Promise<boolean>;
}

/**
 * After a rejected request, which does not name the row: sends partition by partition, halving until each
 * refused row is alone. Rows behind a refused one of the same key are left for later; everything else is
 * sent, in order. A partition that cannot be written does not delay the others: the remainder of its part
 * stays. When the broker of all parts does not answer, one part has waited until the timeout, and the others
 * do not. Any other error is rethrown at once.
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
  const others = withoutKeysOf(part.rows.slice(middle), refused);
  return [...refused, ...(await sendPart(deps, { ...part, rows: others }))];
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
