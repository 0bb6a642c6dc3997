import type { RequestPart } from '../domain/request-plan.ts';
import type { SentRow, UnsentRow } from '../domain/row.ts';
import { withoutKeysOf } from './refused-rows.ts';

export interface FindRefusedDeps {
  send: (parts: readonly RequestPart[]) => Promise<SentRow[]>;
  markSent: (sent: readonly SentRow[]) => Promise<void>;
  /** The reason when the broker refuses these messages; undefined for any other error. */
  refusalReason: (error: unknown) => string | undefined;
  onRefused: (row: UnsentRow, reason: string) => Promise<void>;
}

/**
 * After a refused request, which does not name the row: sends partition by partition, halving until the
 * refused rows stand alone. What follows one of them under the same key is left for later; everything
 * else goes out, in order. Any other error rises.
 */
export const sendAroundRefused =
  (deps: FindRefusedDeps) =>
  async (parts: readonly RequestPart[]): Promise<void> => {
    for (const part of parts) await sendPart(deps, part);
  };

/** Returns the rows that were refused. */
const sendPart = async (deps: FindRefusedDeps, part: RequestPart): Promise<UnsentRow[]> => {
  const [first] = part.rows;
  if (!first) return [];
  const reason = await trySend(deps, part);
  if (reason === undefined) return [];
  if (part.rows.length === 1) {
    await deps.onRefused(first, reason);
    return [first];
  }
  const middle = Math.ceil(part.rows.length / 2);
  const head = await sendPart(deps, { ...part, rows: part.rows.slice(0, middle) });
  const rest = withoutKeysOf(part.rows.slice(middle), head);
  return [...head, ...(await sendPart(deps, { ...part, rows: rest }))];
};

const trySend = async (deps: FindRefusedDeps, part: RequestPart): Promise<string | undefined> => {
  let sent: SentRow[];
  try {
    sent = await deps.send([part]);
  } catch (error) {
    const reason = deps.refusalReason(error);
    if (reason === undefined) throw error;
    return reason;
  }
  await deps.markSent(sent);
  return undefined;
};
