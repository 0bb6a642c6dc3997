import { createHash } from 'node:crypto';
import { reasonOf } from '#platform/base/errors.ts';
import { sleep } from '#platform/base/sleep.ts';
import type { Call } from '#platform/serving/call.ts';
import type { Flight } from '../../services/booking/domain/flight.ts';
import { sagaTimer } from '../../services/booking/store/saga-timer.ts';
import { callWithBrokenCommit } from './break-commit.ts';
import type { Reader } from './readers.ts';
import type { CallFate, OrderScript, RefundCalls } from './scenario.ts';
import type { Snapshot } from './snapshots.ts';
import { limitMinor, type World } from './world.ts';

/** What a user did, and was answered. */
export interface Played {
  readonly userId: string;
  readonly script: OrderScript;
  readonly flight: Flight;
  /** The orders that the user was told of; with a key always the same one. */
  readonly told: string[];
  readonly refundAnswers: string[];
  /** Whether a call was answered otherwise than it may be. */
  readonly faults: string[];
  /** Reads the order that the user was told of. */
  reader?: Reader;
  /** Set for an order on the scarce flight that starts when all is quiet: whether there is a seat for it. */
  hasSeat?: boolean;
}

const { signal } = new AbortController();
const plain: Call = { signal, headers: {} };
export const usualAmount = 12_500;

const keyedBy = (key: string, request = 'the request'): Call => ({
  ...plain,
  idempotencyKey: {
    method: 'CreateOrder',
    key,
    requestHash: createHash('sha256').update(request).digest(),
  },
});

const whenBroken: Readonly<Record<CallFate, 'before' | 'after' | undefined>> = {
  usual: undefined,
  'rolled-back': 'before',
  'answer-lost': 'after',
};

/** The reasons for which a caller tries again. */
const passing = ['database-unavailable', 'database-conflict', 'idempotency-key-in-use'];
const tries = 200;

/** A call to a service that is killed ends as one to a database that is away. */
const reasonOfFailure = (error: unknown): string | undefined =>
  String(error).includes('after calling end on the pool') ? passing[0] : reasonOf(error);

/** Calls until there is an answer; only the first call suffers its fate. Returns the reason of a refusal. */
export const persist = async <T>(
  fate: CallFate,
  call: () => Promise<T>,
): Promise<{ value: T } | { reason: string }> => {
  for (let n = 0; n < tries; n += 1) {
    try {
      const when = n === 0 ? whenBroken[fate] : undefined;
      return { value: await callWithBrokenCommit(when, call) };
    } catch (error) {
      const reason = reasonOfFailure(error);
      if (reason === undefined) throw error;
      if (!passing.includes(reason)) return { reason };
    }
    await sleep(25);
  }
  throw new Error(`${tries} tries without an answer`);
};

/** Creates the order of a script, and asks at once for what is to be asked at once. */
export const playOrder = async (world: World, played: Played): Promise<void> => {
  const { script } = played;
  if (typeof script.starts === 'number') await sleep(script.starts);
  await createAsScripted(world, played);
  const [orderId] = played.told;
  if (orderId !== undefined) played.reader = world.startReader(orderId, script.reader);
  const timeouts = script.timeouts ?? [];
  await Promise.all([
    refund(world, played, 'at-once'),
    refundWhenIssued(world, played),
    ...(timeouts.includes('at-once') ? [endTime(world, played)] : []),
    ...(timeouts.includes('soon') ? [sleep(150).then(() => endTime(world, played))] : []),
  ]);
};

const createAsScripted = async (world: World, played: Played): Promise<void> => {
  const { script, userId, flight, told, faults } = played;
  const { fate = 'usual', keyedCalls, isOverLimit = false } = script;
  const amountMinor = BigInt(isOverLimit ? limitMinor + 1 : usualAmount);
  const create = (call: Call) =>
    world.booking().useCases.createOrder({ userId, flight, amountMinor }, call);
  if (keyedCalls === undefined) {
    // without a key, nobody knows after a fault whether the order was created
    const created = callWithBrokenCommit(whenBroken[fate], () => create(plain));
    const order = await created.catch((error: unknown) => {
      if (!passing.includes(reasonOfFailure(error) ?? '')) throw error;
    });
    if (order !== undefined) told.push(order.orderId);
    return;
  }
  const calls = Array.from({ length: keyedCalls }, (_, i) =>
    persist(i === 0 ? fate : 'usual', () => create(keyedBy(userId))),
  );
  for (const answer of await Promise.all(calls))
    if ('value' in answer) told.push(answer.value.orderId);
    else faults.push(`creating was refused: ${answer.reason}`);
  const other = await persist('usual', () => create(keyedBy(userId, 'another request')));
  if (!('reason' in other) || other.reason !== 'idempotency-key-reused')
    faults.push('the key was good for another request');
};

/** Asks for the refunds of this time. */
export const refund = async (
  world: World,
  { script, told, refundAnswers }: Played,
  when: RefundCalls['when'],
): Promise<void> => {
  const [orderId] = told;
  if (orderId === undefined) return;
  const wanted = (script.refunds ?? []).filter((each) => each.when === when);
  const calls = wanted.flatMap(({ calls: count = 1, fate = 'usual' }) =>
    Array.from({ length: count }, (_, i) =>
      persist(i === 0 ? fate : 'usual', () =>
        world.booking().useCases.refundOrder(orderId, 'the script wants it', plain),
      ),
    ),
  );
  for (const answer of await Promise.all(calls))
    refundAnswers.push('value' in answer ? answer.value : answer.reason);
};

const refundWhenIssued = async (world: World, played: Played): Promise<void> => {
  if (played.script.refunds?.some(({ when }) => when === 'issued') !== true) return;
  const isDecided = ({ status, events }: Snapshot) =>
    !['CREATED', 'PAYMENT_AUTHORIZED'].includes(status) ||
    events.some(({ outcomes }) => Object.values(outcomes).includes('DEAD'));
  const decided = (orders: readonly Snapshot[]) => orders.every(isDecided);
  await world.watch.until([played.userId], decided, 'the order decided');
  await refund(world, played, 'issued');
};

/** Ends the time of the user's orders, whose timers fire then; returns those that still had a timer. */
export const endTime = async (
  { admin, booking }: World,
  { userId }: Played,
): Promise<Set<string>> => {
  const { rows } = await admin.query<{ key: string }>(
    `UPDATE booking.timers SET due_at = clock_timestamp() WHERE kind = $2
        AND key = ANY (ARRAY(SELECT order_id::text FROM booking.orders WHERE user_id = $1))
     RETURNING key`,
    [userId, sagaTimer],
  );
  booking().timerDue();
  return new Set(rows.map(({ key }) => key));
};
