import { isToBeSent } from '#platform/messaging/outbox/row-states.ts';
import { waitFor } from '../../testing/wait-for.ts';
import type { Environment } from './environment.ts';

/**
 * Waits without querying the table, because under a held snapshot such a query costs as much as the publisher's own.
 */
export const waitUntilInTopic = (environment: Environment, topic: string, messages: number) =>
  waitFor(async () => (await environment.countMessages(topic)) >= messages, {
    what: `${messages} messages in ${topic}`,
    timeoutMs: 240_000,
    intervalMs: 100,
  });

/** Waits until no row is left to be sent; rows that wait behind a failed one do not count. */
export const waitUntilMarked = (environment: Environment) =>
  waitFor(
    async () => {
      const unsent = `SELECT FROM loms.outbox WHERE ${isToBeSent} LIMIT 1`;
      return (await environment.query(unsent)).length === 0;
    },
    { what: 'all rows to be marked', timeoutMs: 60_000, intervalMs: 50 },
  );
