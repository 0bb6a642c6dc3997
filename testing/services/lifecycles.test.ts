import type { LifecycleManifest } from '#platform/base/manifest.ts';
import { hasEnded, stepsOf, type Fact } from '../../services/ops/domain/lifecycle.ts';
import { lifecycle as booking } from '../../services/booking/lifecycle.ts';
import {
  hasEnded as sagaHasEnded,
  progressOf,
  type EventType,
  type StepState,
} from '../../services/booking/domain/saga.ts';
import { lifecycle as loms } from '../../services/loms/lifecycle.ts';
import { nextStatuses as ofLoms } from '../../services/loms/domain/order.ts';
import { lifecycle as order } from '../../services/order/lifecycle.ts';
import { nextStatuses as ofOrder } from '../../services/order/domain/order.ts';
import { lifecycle as pvz } from '../../services/pvz/lifecycle.ts';
import { nextStatuses as ofPvz } from '../../services/pvz/domain/order.ts';

const now = new Date('2026-11-30T12:00:00Z');
const factsOf = (names: readonly string[]): Fact[] =>
  names.map((name, i) => ({ name, at: new Date(now.getTime() - 1_000 * (names.length - i)) }));

interface Known {
  facts: readonly string[];
  timers?: readonly string[];
}
const look = (lifecycle: LifecycleManifest, { facts, timers = [] }: Known) =>
  stepsOf(lifecycle, {
    now,
    facts: factsOf(facts),
    timers: timers.map((kind) => ({ kind, dueAt: new Date(now.getTime() + 5_000) })),
  });
const states = (lifecycle: LifecycleManifest, known: Known) =>
  look(lifecycle, known).map(({ id, state }) => `${id} ${state}`);

test.each([
  [['new'], 'create DONE,reserve-stock RUNNING,pay TO_COME'],
  [['new', 'failed'], 'create DONE,reserve-stock FAILED,pay SKIPPED'],
  [['new', 'awaiting payment'], 'create DONE,reserve-stock DONE,pay RUNNING'],
  [['new', 'awaiting payment', 'payed'], 'create DONE,reserve-stock DONE,pay DONE'],
  [
    ['new', 'awaiting payment', 'cancelled'],
    'create DONE,reserve-stock DONE,undo-reserve-stock DONE,pay SKIPPED',
  ],
])('goods: after %j %s', (facts, wanted) => {
  expect(states(loms, { facts }).join()).toBe(wanted);
});

test.each([
  [['accepted'], 'accept DONE,issue RUNNING'],
  [['accepted', 'issued'], 'accept DONE,issue DONE'],
  [
    ['accepted', 'issued', 'returned_by_client'],
    'accept DONE,undo-accept RUNNING,issue DONE,undo-issue DONE',
  ],
  [
    ['accepted', 'issued', 'returned_by_client', 'returned_to_courier'],
    'accept DONE,undo-accept DONE,issue DONE,undo-issue DONE',
  ],
  [['accepted', 'returned_to_courier'], 'accept DONE,undo-accept DONE,issue SKIPPED'],
])('a parcel: after %j %s', (facts, wanted) => {
  expect(states(pvz, { facts }).join()).toBe(wanted);
});

const created = ['PENDING_PAYMENT'];
const paid = [...created, 'PAID'];
const built = [...paid, 'handled by notification-payment', 'ShipAssembled'];
test.each<[Known, string]>([
  [{ facts: created }, 'RUNNING TO_COME TO_COME TO_COME TO_COME TO_COME'],
  [
    { facts: paid, timers: ['commit-stock', 'build'] },
    'DONE RUNNING RUNNING RUNNING TO_COME TO_COME',
  ],
  [{ facts: paid, timers: ['build'] }, 'DONE DONE RUNNING RUNNING TO_COME TO_COME'],
  [{ facts: built }, 'DONE DONE DONE DONE RUNNING RUNNING'],
  [{ facts: [...built, 'ASSEMBLED'] }, 'DONE DONE DONE DONE DONE RUNNING'],
  [
    { facts: [...built, 'ASSEMBLED', 'handled by notification-assembly'] },
    'DONE DONE DONE DONE DONE DONE',
  ],
])('a ship: after %j %s', (known, wanted) => {
  const [create, ...steps] = look(order, known);
  expect(create?.state).toBe('DONE');
  expect(steps.map(({ state }) => state).join(' ')).toBe(wanted);
});

test('a ship that is cancelled releases its parts by a timer', () => {
  const cancelled = { facts: [...created, 'CANCELLED'] };
  expect(states(order, { ...cancelled, timers: ['undo-order'] }).slice(0, 3)).toEqual([
    'create DONE',
    'undo-create RUNNING',
    'pay SKIPPED',
  ]);
  const over = look(order, cancelled);
  expect(over.map(({ state }) => state)).not.toContain('RUNNING');
  expect(hasEnded(over)).toBe(true);
});

test('what has followed from an event is known when the event is forgotten', () => {
  const steps = states(order, { facts: [...paid, 'ASSEMBLED'] });
  expect(steps).toContain('build DONE');
});

const ofSaga: Readonly<Record<StepState, string>> = {
  done: 'DONE',
  running: 'RUNNING',
  'to-come': 'TO_COME',
  failed: 'FAILED',
  compensating: 'RUNNING',
  compensated: 'DONE',
};
const eventTypes: readonly EventType[] = [
  'PaymentAuthorized',
  'PaymentFailed',
  'TicketIssued',
  'TicketRejected',
  'RefundRequested',
  'PaymentRefunded',
  'TicketCancelled',
];
const subsets = eventTypes
  .reduce<EventType[][]>((all, type) => [...all, ...all.map((some) => [...some, type])], [[]])
  .filter((some) => some.every((type) => canBe(type, some)));

/** Whether a service can have said this after the others, in whichever order they became known. */
function canBe(type: EventType, others: readonly EventType[]): boolean {
  const has = (...types: EventType[]) => types.some((each) => others.includes(each));
  const isCaused: Partial<Record<EventType, boolean>> = {
    PaymentAuthorized: !has('PaymentFailed'),
    TicketIssued: has('PaymentAuthorized') && !has('TicketRejected'),
    TicketRejected: has('PaymentAuthorized'),
    PaymentRefunded: has('TicketRejected', 'RefundRequested'),
    TicketCancelled: has('RefundRequested'),
  };
  return isCaused[type] ?? true;
}

test.each(subsets)(
  'a booking with OrderCreated, %s, %s, %s, %s is as far as its saga says',
  (...some) => {
    const types: EventType[] = [
      'OrderCreated',
      ...some.filter((each) => eventTypes.includes(each)),
    ];
    const outcome = 'CANCELLED' as const;
    const saga = types.map((type) => ({ type, occurredAt: now, outcome }));
    const steps = look(booking, { facts: types });
    for (const { id, state } of progressOf(saga)) {
      const undone = steps.find((step) => step.id === `undo-${id}`);
      const main = steps.find((step) => step.id === id);
      expect([id, (undone ?? main)?.state]).toEqual([id, ofSaga[state]]);
    }
    // for the saga a step that can no longer come is not there
    const open = steps.filter(({ state }) => state === 'RUNNING');
    if (sagaHasEnded(saga)) expect(open).toEqual([]);
  },
);

test.each<[string, LifecycleManifest, Readonly<Record<string, readonly string[]>>]>([
  ['loms', loms, ofLoms],
  ['order', order, ofOrder],
  ['pvz', pvz, ofPvz],
])('each status of %s ends a step, and after a final one nothing is owed', (_, lifecycle, next) => {
  const known = lifecycle.steps.flatMap(({ done, failed, endedBy, undo }) => [
    ...[done, failed, endedBy, undo?.done],
    ...(undo?.causedBy ?? []),
  ]);
  expect(known).toEqual(expect.arrayContaining(Object.keys(next)));
  for (const path of pathsOf(next)) {
    const ended = look(lifecycle, { facts: [...path, ...(path.includes('PAID') ? heard : [])] });
    expect([path, hasEnded(ended)]).toEqual([path, true]);
  }
});

// what other services do for a ship
const heard = [
  'handled by notification-payment',
  'handled by notification-assembly',
  'ShipAssembled',
];

/** Every way from the first status to a final one. */
const pathsOf = (next: Readonly<Record<string, readonly string[]>>): string[][] => {
  const from = (path: string[]): string[][] => {
    const following = next[path.at(-1) ?? ''] ?? [];
    return following.length === 0 ? [path] : following.flatMap((each) => from([...path, each]));
  };
  return from([Object.keys(next)[0] ?? '']);
};
