import type { ClientBase } from 'pg';

// enough rounds for two sessions to meet, with any number of idle server connections, taken in turn or last
// first
const rounds = 4;
const answerWithinMs = 3_000;

/**
 * Whether a pooler lends this session's server connection to others while no transaction is open: then
 * another session gets the same one, or this one gets a different one after a while. It is tested from
 * outside, because a pooler tells its mode only to its administrators.
 */
export const isSessionShared = async (
  client: ClientBase,
  openAnother: () => Promise<ClientBase & { end(): Promise<void> }>,
): Promise<boolean> => {
  const own = await processOf(client);
  const other = await openAnother();
  try {
    // while both are open, each must keep its own
    const isLent = async () =>
      (await processOf(other)) === own || (await processOf(client)) !== own;
    if (await isLent()) return true; // where single statements are shared out, there is no BEGIN
    for (let round = 0; round < rounds; round += 1) {
      await run(other, 'BEGIN');
      if (await isLent()) return true;
      await run(other, 'COMMIT');
    }
    return false;
  } finally {
    await other.end();
  }
};

const run = <Row extends object>(client: ClientBase, text: string) => {
  const query = { text, query_timeout: answerWithinMs };
  return client.query<Row>(query);
};

const processOf = async (client: ClientBase): Promise<number | undefined> =>
  (await run<{ id: number }>(client, 'SELECT pg_backend_pid() AS id')).rows[0]?.id;
