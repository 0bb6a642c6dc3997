import type pg from 'pg';
import { cutConnection, openSession } from '../../database/connection.ts';
import { identifier } from '../../database/identifier.ts';
import type { Logger } from '../../base/logger.ts';
import { repeat } from '../../base/loops.ts';
import { hasError, isToBeSent, isWaiting } from './row-states.ts';

const everyMs = 3_600_000;
// A round may be expensive, and nothing waits for it.
const backoff = { firstMs: 900_000, maxMs: everyMs };
// This is enough for a day of many millions of rows. The role's own limit of 4 s is for transactions that hold row
// locks, and these statements hold none.
const statementTimeoutMs = 15 * 60_000;
const settings = { statement_timeout: `${statementTimeoutMs}`, lock_timeout: '60s' };

export interface HistoryOptions {
  /** A URL for the role that owns the schema. */
  url: string;
  schema: string;
  logger: Logger;
}

/**
 * Vacuums and indexes the days of the outbox that are over and completely sent, at once and then every hour,
 * until the signal aborts: each is vacuumed once and gets an index by key. Nothing waits for it. Days that are
 * still open get no such index, because it would cost a quarter of the publisher's rate.
 */
export const keepOutboxHistory = (options: HistoryOptions, signal: AbortSignal): Promise<void> => {
  const { logger, schema } = options;
  const name = 'vacuuming closed days of the outbox';
  return repeat(
    { name, logger, facts: { schema }, everyMs, backoff, level: 'info' },
    signal,
    async () => {
      await vacuumDays(options, signal);
    },
  );
};

/**
 * Runs one round on a connection of its own; returns the days that it vacuumed. An abort cuts the connection.
 */
export const vacuumDays = async (
  { url, schema, logger }: HistoryOptions,
  signal: AbortSignal,
): Promise<string[]> => {
  const client = await openSession({
    url,
    applicationName: `${schema} history`,
    settings,
    queryTimeoutMs: statementTimeoutMs + 5_000,
  });
  const cut = () => cutConnection(client);
  if (signal.aborted) cut();
  signal.addEventListener('abort', cut);
  const done: string[] = [];
  try {
    const { rows: won } = await client.query<{ won: boolean }>(
      'SELECT pg_try_advisory_lock(hashtext($1)) AS won',
      [`${schema}.outbox history`],
    );
    if (!won[0]?.won) return done;
    for (const name of await listClosedDays(client, schema)) {
      if (!(await isWhollySent(client, schema, name))) continue;
      const fault = await vacuumDay(client, schema, name).catch((error: unknown) => ({ error }));
      if (signal.aborted && fault) throw fault.error;
      // The other days follow; when the connection has failed, the next statement fails too and ends the round.
      if (fault) {
        logger.warn(
          { err: fault.error, schema, table: name },
          'a day of the outbox could not be vacuumed',
        );
        continue;
      }
      done.push(name);
      logger.info({ schema, table: name }, 'a day of the outbox was vacuumed');
    }
    return done;
  } finally {
    signal.removeEventListener('abort', cut);
    cut();
  }
};

/** Lists the days up to the day before yesterday that have no index by key, or an incomplete one. */
const listClosedDays = async (client: pg.Client, schema: string): Promise<string[]> => {
  const { rows } = await client.query<{ name: string }>(
    `SELECT p.name FROM ${identifier(schema)}.outbox_partitions() p
      WHERE p.low_id IS NOT NULL
        AND p.high_id <= ${identifier(schema)}.lowest_id_of((now() AT TIME ZONE 'UTC')::date - 1)
        AND NOT EXISTS (SELECT FROM pg_index
              WHERE indexrelid = to_regclass(format('%I.%I', $1::text, p.name || '_history')) AND indisvalid)
      ORDER BY p.low_id`,
    [schema],
  );
  return rows.map(({ name }) => name);
};

// These are three queries, so that each can use its own partial index.
const isWhollySent = async (client: pg.Client, schema: string, name: string): Promise<boolean> => {
  const partition = `${identifier(schema)}.${identifier(name)}`;
  const { rows } = await client.query<{ sent: boolean }>(
    `SELECT NOT EXISTS (SELECT FROM ${partition} WHERE ${isToBeSent})
        AND NOT EXISTS (SELECT FROM ${partition} WHERE ${isWaiting})
        AND NOT EXISTS (SELECT FROM ${partition} WHERE ${hasError}) AS sent`,
  );
  return rows[0]?.sent === true;
};

/** Uses CONCURRENTLY, because the publisher's statements lock all partitions, and a plain build would block them. */
const vacuumDay = async (client: pg.Client, schema: string, name: string): Promise<void> => {
  const index = identifier(`${name}_history`);
  const partition = `${identifier(schema)}.${identifier(name)}`;
  await client.query(`DROP INDEX CONCURRENTLY IF EXISTS ${identifier(schema)}.${index}`);
  await client.query(`VACUUM (FREEZE, ANALYZE) ${partition}`);
  await client.query(`CREATE INDEX CONCURRENTLY ${index} ON ${partition} (key, topic, sequence)`);
};
