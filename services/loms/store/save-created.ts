import type { Call } from '#platform/call.ts';
import { prepareStatement, type Statement } from '#platform/database/statement.ts';
import type { Answer } from '#platform/idempotency/answer.ts';
import { claimKeySql, encodeClaim } from '#platform/idempotency/claim.ts';
import { encodeOutboxRows } from '#platform/outbox/event.ts';
import { insertOutboxSql } from '#platform/outbox/insert.ts';
import { encodeTimers, scheduleTimerSql } from '#platform/timer/schedule.ts';
import type { OrderEvent } from '../domain/event.ts';
import { encodeChanges, insertChangesSql } from './order-changes.ts';
import { paymentTimer } from './payment-timer.ts';
import type { SaveDeps } from './save-deps.ts';

const schema = 'loms';
const announce = { schema, parameter: '$8' };
const changes = '$9';

/*
 * Stock rows are locked in sku order, so two orders never wait for each other. Under the locks the stock
 * is looked at again; when it no longer suffices, `reservable` is empty and nothing at all is written.
 * With an idempotency key everything hangs on `claimed` instead, which is empty when the key is taken, too.
 * What a call does not need is not in its statement: keys and timers cost nothing where there are none.
 */
const reservedSql = ({ isKeyed, isTimed }: { isKeyed: boolean; isTimed: boolean }) => {
  const go = isKeyed ? 'claimed' : 'reservable';
  const timer = { schema, parameter: '$10', onlyIf: go };
  const claim = { schema, parameter: isTimed ? '$11' : '$10', onlyIf: 'reservable' };
  return `
  WITH wanted AS MATERIALIZED (
    SELECT sku, count FROM unnest($6::bigint[], $7::bigint[]) AS w(sku, count)
  ), locked AS MATERIALIZED (
    SELECT sku, total_count - reserved AS available
      FROM loms.stocks WHERE sku = ANY ($6::bigint[]) ORDER BY sku FOR UPDATE
  ), reservable AS MATERIALIZED (
    SELECT 1 FROM wanted LEFT JOIN locked USING (sku)
    HAVING bool_and(coalesce(available >= count, false))
  ), ${isKeyed ? `claimed AS (${claimKeySql(claim)}),` : ''}
  ${isTimed ? `timed AS (${scheduleTimerSql(timer)}),` : ''}
  reserved AS (
    UPDATE loms.stocks s SET reserved = s.reserved + w.count
      FROM wanted w WHERE s.sku = w.sku AND EXISTS (SELECT FROM ${go})
  ), saved_order AS (
    INSERT INTO loms.orders (order_id, user_id, status, sequence, created_at, updated_at)
    SELECT $1, $2, $3, $4, $5, $5 FROM ${go}
  ), saved_items AS (
    INSERT INTO loms.order_items (order_id, sku, count)
    SELECT $1, sku, count FROM wanted WHERE EXISTS (SELECT FROM ${go})
  ), saved_changes AS (${insertChangesSql({ parameter: changes, onlyIf: go })}
  ), announced AS (${insertOutboxSql({ ...announce, onlyIf: go })})
  SELECT count(*)::int AS saved FROM ${go}`;
};

const failedSql = (claimed: string) => `
  WITH claimed AS (${claimed}), saved_order AS (
    INSERT INTO loms.orders (order_id, user_id, status, sequence, created_at, updated_at)
    SELECT $1, $2, $3, $4, $5, $5 FROM claimed
  ), saved_items AS (
    INSERT INTO loms.order_items (order_id, sku, count)
    SELECT $1, sku, count FROM unnest($6::bigint[], $7::bigint[]) AS w(sku, count)
     WHERE EXISTS (SELECT FROM claimed)
  ), saved_changes AS (${insertChangesSql({ parameter: changes, onlyIf: 'claimed' })}
  ), announced AS (${insertOutboxSql({ ...announce, onlyIf: 'claimed' })})
  SELECT count(*)::int AS saved FROM claimed`;

interface Saved {
  saved: number;
}

/** The same, for calls without an idempotency key and with one. */
interface Statements {
  plain: Statement<Saved>;
  keyed: Statement<Saved>;
}

type Save = (events: readonly OrderEvent[], call: Call, answer: Answer) => Promise<boolean>;

/**
 * Keeps a new order with its stock reserved, the answer to the call's idempotency key, and the timer of its
 * payment; false, and nothing written, when stock no longer suffices or the key is taken.
 */
export const saveReserved = (deps: SaveDeps): Save => {
  const isTimed = deps.paymentTimeoutMs !== undefined;
  const prepare = (isKeyed: boolean) =>
    prepareStatement<Saved>(
      `loms_save_reserved${isTimed ? '_timed' : ''}${isKeyed ? '_keyed' : ''}`,
      reservedSql({ isKeyed, isTimed }),
    );
  return save(deps, { plain: prepare(false), keyed: prepare(true) }, toTimedValues);
};

/** Keeps a new order that failed, and the answer; touches no stock. False when the key is taken. */
export const saveFailed = (deps: SaveDeps): Save => {
  const claim = claimKeySql({ schema, parameter: '$10' });
  return save(
    deps,
    {
      plain: prepareStatement('loms_save_failed', failedSql('SELECT 1')),
      keyed: prepareStatement('loms_save_failed_keyed', failedSql(claim)),
    },
    toValues,
  );
};

type Encode = (deps: SaveDeps, events: readonly OrderEvent[], call: Call) => unknown[];

const save =
  (deps: SaveDeps, { plain, keyed }: Statements, encode: Encode): Save =>
  async (events, call, answer) => {
    const values = encode(deps, events, call);
    const { idempotencyKey: key } = call;
    const [row] =
      key === undefined
        ? await plain(deps.pool, values)
        : await keyed(deps.pool, [...values, encodeClaim(key, answer)]);
    if (row?.saved !== 1) return false;
    deps.wakePublisher();
    return true;
  };

const toTimedValues: Encode = (deps, events, call) => {
  const values = toValues(deps, events, call);
  const { paymentTimeoutMs: dueInMs } = deps;
  if (dueInMs === undefined) return values;
  const key = String(events[0]?.change.order.orderId);
  return [...values, encodeTimers([{ kind: paymentTimer, key, dueInMs, payload: call.headers }])];
};

const toValues = (deps: SaveDeps, events: readonly OrderEvent[], call: Call): unknown[] => {
  const last = events.at(-1);
  if (!last) throw new Error('A new order has at least one event.');
  const { order } = last.change;
  return [
    order.orderId,
    order.userId,
    order.status,
    order.sequence,
    last.moment,
    order.items.map(({ sku }) => sku),
    order.items.map(({ count }) => count),
    encodeOutboxRows(events.map((event) => deps.toOutboxEvent(event, call.headers))),
    encodeChanges(events),
  ];
};
