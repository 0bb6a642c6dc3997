import { Client } from 'pg';

/** A row of the outbox, or one that has left it unsent. */
export interface TrueRow {
  id: string;
  key: string;
  sequence: number;
  state: 'sent' | 'unsent' | 'failed' | 'discarded';
  /** Where it was sent to, if it was. */
  partition: number | null;
  offset: string | null;
}

export interface TruthOptions {
  /** A role that may read the outbox. */
  databaseUrl: string;
  source: string;
  topic: string;
}

// a page is all that is held of a long outbox
const pageRows = 20_000;
const lowestId = '00000000-0000-0000-0000-000000000000';

/** Reads what the database says of a topic's events, page by page, in the order of their ids. */
export const readTruth = async (
  { databaseUrl, source, topic }: TruthOptions,
  onPage: (rows: readonly TrueRow[]) => void,
): Promise<void> => {
  const client = new Client({ connectionString: databaseUrl });
  // told by the statement that is under way
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
