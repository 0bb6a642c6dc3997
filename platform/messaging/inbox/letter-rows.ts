import { identifier } from '../../database/identifier.ts';
import type { Queryable } from '../../database/pool.ts';
import { prepareStatement } from '../../database/statement.ts';
import { storableText } from '../../database/storable-text.ts';
import type { InboxName } from './inbox-rows.ts';

/** A key whose dead letter only this process may send, until the claim expires. */
export interface LetterClaim {
  key: string;
  /** When the claim expires, as text; while the row has this value, the claim is ours. */
  until: string;
  /** When it was claimed, by the database's clock. */
  claimedAt: Date;
}

export interface WaitingLetters {
  count: number;
  oldestSeconds: number;
  since: Date | undefined;
}

export interface LetterRows {
  /**
   * Records that the first message of the key is to become a dead letter; until that is sent, the key waits. To be
   * called in the transaction that has locked the key.
   */
  add: (on: Queryable, key: string) => Promise<void>;
  /** Claims the letter that has waited longest for `forMs` milliseconds; no transaction stays open for that. */
  claim: (on: Queryable, forMs: number) => Promise<LetterClaim | undefined>;
  /**
   * Locks the key until the transaction ends. Resolves with false when the claim has expired and another process has
   * claimed or sent the letter.
   */
  hold: (on: Queryable, claim: LetterClaim) => Promise<boolean>;
  /**
   * Ends the claim on a letter that could not be sent. It is due again at once or, when `isItsOwnFault`, after as
   * long as it has waited so far, from 1 s to 5 min.
   */
  giveBack: (on: Queryable, claim: LetterClaim, failure: LetterFailure) => Promise<void>;
  measure: (on: Queryable) => Promise<WaitingLetters>;
}

export interface LetterFailure {
  error: string;
  /** Whether the topic is available and refuses this letter. */
  isItsOwnFault: boolean;
}

/** Creates the statements on keys whose first message is to become a dead letter. All times are the database's. */
export const createLetterRows = ({ schema, consumer, topic }: InboxName): LetterRows => {
  const { add, claim, hold, giveBack, measure } = statementsOn(schema);
  return {
    add: async (on, key) => {
      await add(on, [consumer, topic, key]);
    },
    claim: async (on, forMs) => (await claim(on, [consumer, topic, forMs]))[0],
    hold: async (on, { key, until }) => (await hold(on, [consumer, topic, key, until])).length > 0,
    giveBack: async (on, { key, until }, { error, isItsOwnFault }) => {
      const text = storableText(error.slice(0, maxErrorLength));
      await giveBack(on, [consumer, topic, key, until, isItsOwnFault, text]);
    },
    measure: async (on) => {
      const [row] = await measure(on, [consumer, topic]);
      return {
        count: row?.count ?? 0,
        oldestSeconds: row?.oldest_seconds ?? 0,
        since: row?.since ?? undefined,
      };
    },
  };
};

const maxErrorLength = 500;

interface MeasureRow {
  count: number;
  oldest_seconds: number | null;
  since: Date | null;
}

const statementsOn = (schema: string) => {
  const keys = `${identifier(schema)}.inbox_parked_keys`;
  const prepare = <R>(name: string, text: string) =>
    prepareStatement<R>(`${schema}_inbox_letter_${name}`, text);
  const ofKey = 'consumer = $1 AND topic = $2 AND key = $3';
  const isClaimed = `${ofKey} AND letter_due_at = $4::timestamptz`;
  const waiting = 'consumer = $1 AND topic = $2 AND letter_since IS NOT NULL';
  return {
    add: prepare<object>(
      'add',
      `UPDATE ${keys} SET due_at = 'infinity', letter_since = coalesce(letter_since, clock_timestamp()),
              letter_due_at = coalesce(letter_due_at, clock_timestamp())
        WHERE ${ofKey}`,
    ),
    claim: prepare<LetterClaim>(
      'claim',
      `WITH next AS (
         SELECT key FROM ${keys} WHERE ${waiting} AND letter_due_at <= clock_timestamp()
          ORDER BY letter_since LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
       UPDATE ${keys} k SET letter_due_at = clock_timestamp() + $3::float8 * interval '1 ms'
         FROM next WHERE k.consumer = $1 AND k.topic = $2 AND k.key = next.key
       RETURNING k.key, k.letter_due_at::text AS until, clock_timestamp() AS "claimedAt"`,
    ),
    hold: prepare<object>('hold', `SELECT FROM ${keys} WHERE ${isClaimed} FOR NO KEY UPDATE`),
    giveBack: prepare<object>(
      'give_back',
      `UPDATE ${keys} SET letter_error = $6, letter_due_at = clock_timestamp() + CASE WHEN $5::boolean
              THEN least(greatest(clock_timestamp() - letter_since, interval '1 s'), interval '5 min')
              ELSE interval '0' END
        WHERE ${isClaimed}`,
    ),
    measure: prepare<MeasureRow>(
      'measure',
      `SELECT count(*)::int AS count, min(letter_since) AS since,
              extract(epoch FROM clock_timestamp() - min(letter_since))::float8 AS oldest_seconds
         FROM ${keys} WHERE ${waiting}`,
    ),
  };
};
