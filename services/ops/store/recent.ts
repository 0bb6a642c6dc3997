import { identifier } from '#platform/database/identifier.ts';
import type { Pool } from '#platform/database/pool.ts';
import type { FoundKey } from '../usecases/find-orders.ts';
import { search } from './query.ts';

const recentMs = 24 * 3_600_000;

/** The least UUID v7 of a moment. */
export const idFrom = (ms: number): string => {
  const digits = Math.max(0, Math.floor(ms)).toString(16).padStart(12, '0');
  return `${digits.slice(0, 8)}-${digits.slice(8)}-7000-8000-000000000000`;
};

const traceId = /^(?:[\da-f]{2}-)?([\da-f]{32})(?:-[\da-f]{16}(?:-[\da-f]{2})?)?$/i;

/**
 * Finds the keys of a source whose events of the last 24 hours have this key, correlation id or trace id. The headers
 * have no index: the primary key, whose ids hold the time, bounds what is read.
 */
export const findRecent =
  (pool: Pool) =>
  async (
    source: string,
    text: string,
    limit: number,
  ): Promise<Pick<FoundKey, 'key' | 'foundBy'>[]> => {
    const [, trace] = traceId.exec(text) ?? [];
    const isAsked =
      trace === undefined
        ? `(key = $1 OR headers->>'correlation-id' = $1)`
        : `headers->>'traceparent' LIKE '%-' || $1 || '-%'`;
    const rows = await search<{ key: string }>(
      pool,
      `SELECT DISTINCT key FROM ${identifier(source)}.outbox WHERE id >= $2 AND ${isAsked} LIMIT $3`,
      [trace?.toLowerCase() ?? text, idFrom(Date.now() - recentMs), limit],
    );
    const byOther = trace === undefined ? 'correlation' : 'trace';
    return rows.map(({ key }) => ({ key, foundBy: key === text ? 'order' : byOther }));
  };
