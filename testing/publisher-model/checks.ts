import type { Pool } from '#platform/database/pool.ts';
import { followDeliveries, type Delivery } from '../checker/deliveries.ts';
import { isSkipping, type Written } from './writers.ts';

interface Row {
  id: string;
  key: string;
  sequence: bigint;
  status: string;
  isSent: boolean;
  isWaiting: boolean;
  partition: number | null;
  offset: bigint | null;
}

/** Compares the table and the topic with what was written, and describes every contradiction. */
export const findFaults = async (
  pool: Pool,
  written: Written,
  deliveries: readonly Delivery[],
): Promise<string[]> => {
  const { rows } = await pool.query<Row>(
    `SELECT id::text, key, sequence, status, sent_at IS NOT NULL AS "isSent", is_waiting AS "isWaiting", partition, "offset"
       FROM loms.outbox`,
  );
  const isCommitted = ({ id }: { id: string }) => written.committed.has(id);
  const delivered = new Set(deliveries.map(({ id }) => id));
  return [
    ...rows.filter((row) => !isCommitted(row)).map((row) => `${nameOf(row)} was not written`),
    ...(rows.length < written.committed.size ? ['rows are missing from the table'] : []),
    ...deliveries.filter((each) => !isCommitted(each)).map((each) => `${nameOf(each)} is foreign`),
    ...rows
      .filter((row) => row.isSent && !delivered.has(row.id))
      .map((row) => `${nameOf(row)} lost`),
    ...rows.filter((row) => !row.isSent).flatMap((row) => findWrongHold(row, rows, written)),
    ...findDisorder(rows, deliveries),
    ...rows.filter(({ isSent }) => isSent).flatMap((row) => findWrongMark(row, deliveries)),
  ];
};

/** In a topic in which a FAILED event blocks nobody, it leaves a gap; that gap is allowed. */
const findDisorder = (rows: readonly Row[], deliveries: readonly Delivery[]): string[] => {
  const followed = followDeliveries();
  for (const delivery of deliveries) followed.note(delivery);
  const givenUp = new Set(
    rows.filter(({ key, status }) => status === 'FAILED' && isSkipping(key)).map(nameOf),
  );
  return followed.report((key, sequence) => givenUp.has(nameOf({ key, sequence }))).violations;
};

const nameOf = ({ key, sequence }: { key: string; sequence: bigint | number }): string =>
  `${key} sequence ${sequence.toString()}`;

/** A row may stay unsent when it was refused, or when an earlier one of its key was. */
const findWrongHold = (row: Row, rows: readonly Row[], written: Written): string[] => {
  if (row.status === 'FAILED')
    return written.committed.get(row.id) === 'plain' ? [`${nameOf(row)} FAILED for nothing`] : [];
  const isBehind = rows.some(
    ({ key, sequence, status }) =>
      key === row.key && sequence < row.sequence && status === 'FAILED' && !isSkipping(key),
  );
  return isBehind && row.isWaiting ? [] : [`${nameOf(row)} was never sent`];
};

const findWrongMark = (row: Row, deliveries: readonly Delivery[]): string[] => {
  const isThere = deliveries.some(
    ({ id, partition, offset }) =>
      id === row.id && partition === row.partition && offset === row.offset,
  );
  return isThere && row.status === 'COMPLETED'
    ? []
    : [`${nameOf(row)} is ${row.status} but not at ${row.partition}/${row.offset?.toString()}`];
};
