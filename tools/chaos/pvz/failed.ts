import { hasError } from '#platform/messaging/outbox/row-states.ts';
import { topic, type PvzRig, type Span } from './rig.ts';

const shown = 5;
const mostAttempts = 3;
const restMs = 2_000;
// An attempt that began while the topic could not be written is counted when its deadline has passed, 3 s later, and
// on a busy machine later still.
const graceMs = 10_000;

interface FailedRow {
  id: string;
  key: string;
  attempts: number;
  error: string;
  atMs: number[];
}

export interface Redriven {
  /** The number of FAILED events. */
  count: number;
  /** Descriptions of those that should not have been FAILED. */
  faults: string[];
}

/** Redrives the FAILED events with the function that ops calls. */
export const redriveFailed = async (rig: PvzRig): Promise<Redriven> => {
  const rows = await rig.query<FailedRow>(
    `SELECT id::text, key, attempts, error, ARRAY(
              SELECT (extract(epoch FROM at) * 1000)::float8 FROM watch.attempts w WHERE w.id = o.id
               ORDER BY n DESC LIMIT ${mostAttempts}) AS "atMs"
       FROM pvz.outbox o WHERE ${hasError} AND status = 'FAILED'`,
  );
  const keys = [...new Set(rows.map(({ key }) => key))];
  const topics = keys.map(() => topic);
  await rig.query('SELECT * FROM pvz.redrive_outbox($1, $2, $3)', [topics, keys, [topic]]);
  const unmarked = await rig.query<{ id: string }>(
    `SELECT id::text FROM pvz.outbox WHERE id = ANY ($1::uuid[]) AND headers ->> 'redriven' IS DISTINCT FROM 'true'`,
    [rows.map(({ id }) => id)],
  );
  return {
    count: rows.length,
    faults: [
      ...rows.filter(isWrong).map((row) => `FAILED too early: ${JSON.stringify(row)}`),
      ...unmarked.map(({ id }) => `event ${id} does not say that it is redriven`),
    ].slice(0, shown),
  };
};

const isWrong = ({ attempts, error, atMs }: FailedRow): boolean => {
  const [third = NaN, second = NaN, first = NaN] = atMs;
  const areApart = third - second >= restMs && second - first >= restMs;
  return attempts !== mostAttempts || error !== 'NO_ATTEMPTS_LEFT' || !areApart;
};

/** Finds attempts that were counted since the last call while the topic could be written. */
export const createAttemptCheck = ({ query, unwritable }: PvzRig): (() => Promise<string[]>) => {
  let lastN = '0';
  return async () => {
    const attempts = await query<{ n: string; id: string; atMs: number }>(
      `SELECT n::text, id::text, (extract(epoch FROM at) * 1000)::float8 AS "atMs"
         FROM watch.attempts WHERE n > $1 ORDER BY n`,
      [lastN],
    );
    lastN = attempts.at(-1)?.n ?? lastN;
    const wrong = attempts.filter(({ atMs }) => !unwritable.some((span) => isWithin(span, atMs)));
    if (wrong.length === 0) return [];
    const those = wrong.slice(0, shown).map(({ id, atMs }) => `${id} at ${toTime(atMs)}`);
    return [
      `${wrong.length} of ${attempts.length} attempts counted while the topic could be written (${spansOf(unwritable)}): ${those.join(', ')}`,
    ];
  };
};

const isWithin = ({ fromMs, toMs = Infinity }: Span, atMs: number): boolean =>
  fromMs <= atMs && atMs <= toMs + graceMs;

const spansOf = (spans: readonly Span[]): string =>
  spans
    .slice(-shown)
    .map(({ fromMs, toMs = fromMs }) => `not ${toTime(fromMs)} to ${toTime(toMs)}`)
    .join(', ') || 'always';

const toTime = (ms: number): string => new Date(ms).toISOString().slice(11, 23);
