import type { HeldKeys } from '../domain/held-keys.ts';
import { LeaseLost } from '../domain/lease.ts';
import type { RequestPart } from '../domain/request-plan.ts';
import { topicKey, type UnsentRow } from '../domain/row.ts';
import type { TopicRules } from '../domain/topic-rules.ts';

export interface ClaimPartsDeps {
  policyOf: TopicRules['policyOf'];
  /** Returns the marked rows, without those that were changed since they were read. */
  markProcessing: (epoch: bigint, rows: readonly UnsentRow[]) => Promise<UnsentRow[] | 'fenced'>;
  heldKeys: HeldKeys;
  monotonicMs: () => number;
}

/**
 * The first of the two steps of policy `pvz`: its rows become PROCESSING before they are sent. Rows of other
 * topics are sent as they are. Keys of which a row was changed meanwhile wait for the next pass.
 */
export const claimParts =
  (deps: ClaimPartsDeps) =>
  async (epoch: bigint, parts: readonly RequestPart[]): Promise<readonly RequestPart[]> => {
    const isTwoStep = ({ topic }: RequestPart) => deps.policyOf(topic).kind === 'pvz';
    if (!parts.some(isTwoStep)) return parts;
    const rows = parts.filter(isTwoStep).flatMap((part) => part.rows);
    const marked = await deps.markProcessing(epoch, rows);
    if (marked === 'fenced')
      throw new LeaseLost('its epoch ended before rows could be marked PROCESSING');
    const byId = new Map(marked.map((row) => [row.id, row]));
    const changed = rows.filter(({ id }) => !byId.has(id));
    for (const row of changed) deps.heldKeys.backOff(row, deps.monotonicMs());
    const changedKeys = new Set(changed.map(topicKey));
    const take = (row: UnsentRow) =>
      changedKeys.has(topicKey(row)) ? [] : (byId.get(row.id) ?? []);
    return parts
      .map((part) => (isTwoStep(part) ? { ...part, rows: part.rows.flatMap(take) } : part))
      .filter((part) => part.rows.length > 0);
  };
