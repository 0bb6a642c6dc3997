import { Client } from 'pg';

/** A row of the outbox, or one that was removed from it without having been sent. */
export interface TrueRow {
  id: string;
  key: string;
  sequence: number;
  state: 'sent' | 'unsent' | 'failed' | 'discarded';
  /** The partition that it was sent to, if it was sent. */
  partition: number | null;
  offset: string | null;
}

export interface TruthOptions {
  /** The URL of a role that may read the outbox. */
  databaseUrl: string;
  source: string;
  topic: string;
}

// Only one page of a long outbox is kept in memory.
const pageRows = 20_000;
const lowestId = '00000000-0000-0000-0000-000000000000';

/** Reads from the database all events of a topic, page by page, in the order of their ids. */
export const readTruth = async (
  { databaseUrl, source, topic }: TruthOptions,
  onPage: (rows: readonly TrueRow[]) => void,
): Promise<void> => {
  const client = new Client({ connectionString: databaseUrl });
  // the statement in progress rejects with the same error
  client.on('error', () => undefined);
  await client.connect();
  try {
    const schema = client.escapeIdentifier(source);
    const page = `SELECT id::text, key, sequence::float8,
             CASE WHEN sent_at IS NOT NULL THEN 'sent' WHEN status = 'FAILED' THEN 'failed'
                  ELSE 'unsent' END AS state, partition, "offset"::text AS "offset"
        FROM ${schema}.outbox WHERE topic = $1 AND id > $2 ORDER BY id LIMIT ${pageRows}`;
    let last: string | undefined = lowestId;
    while (last !== undefined) {
      const { rows }: { rows: TrueRow[] } = await client.query(page, [topic, last]);
      onPage(rows);
      last = rows.length < pageRows ? undefined : rows.at(-1)?.id;
    }
    const left = `SELECT id::text, key, sequence::float8,
             CASE WHEN discarded_at IS NULL THEN 'failed' ELSE 'discarded' END AS state,
             NULL::integer AS partition, NULL AS "offset"
        FROM ${schema}.outbox_failed WHERE topic = $1`;
    onPage((await client.query<TrueRow>(left, [topic])).rows);
  } finally {
    await client.end();
  }
};
