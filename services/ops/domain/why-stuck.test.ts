import { deliveryOf } from './delivery.ts';
import type { OutboxEvent } from './event.ts';
import type { StepProgress } from './lifecycle.ts';
import { shortType, whyStuck, type OrderView } from './why-stuck.ts';

const nothing: OrderView = { entries: [], consumers: [], timers: [], lifecycles: [] };
const now = new Date('2026-11-30T12:00:00Z');

const entry = (sequence: bigint, status: OutboxEvent['status'], isStuck: boolean) => ({
  says: `${status} and so on`,
  isStuck,
  event: {
    ...{ source: 'order', topic: 't', key: 'k', sequence, id: `${sequence}`, status, headers: {} },
    ...{ eventType: 'order.v1.OrderPaid', isWaiting: false, error: '', attempts: 0, bucket: 0 },
    ...{ seq: sequence, createdAt: now, lastAttemptAt: undefined, sentAt: undefined },
    ...{ partition: undefined, offset: undefined, movedAt: undefined, discardedAt: undefined },
    ...{ discardedBy: '', discardReason: '' },
  },
});
const message = (outcome: string, isStuck: boolean) => ({
  ...{ sequence: 3n, eventType: 'order.v1.OrderPaid', says: 'given up: out of paint', isStuck },
  outcome,
});
const overdue: StepProgress = {
  ...{ id: 'build', title: 'Ship built', who: 'assembly', state: 'RUNNING', at: now, after: [] },
  ...{ says: 'waits for assembly since 5 min', isCompensation: false, isOverdue: true },
};

test('what goes on is not explained', () => {
  const view = { ...nothing, entries: [entry(1n, 'COMPLETED', false)] };
  expect(whyStuck(view)).toEqual([]);
});

test('of an order with a failed event, that one is the cause, not those that wait behind it', () => {
  const entries = [entry(1n, 'FAILED', true), entry(2n, 'CREATED', true)];
  expect(whyStuck({ ...nothing, entries })).toEqual([
    'The event OrderPaid (order, sequence 1) is not sent: FAILED and so on. Redrive it when the cause is mended, or discard it.',
  ]);
});

test('what the reason of a publisher means is said in words', () => {
  const failed = entry(1n, 'FAILED', true);
  const event = { ...failed.event, error: 'message-too-large' };
  expect(whyStuck({ ...nothing, entries: [{ ...failed, event }] })).toEqual([
    expect.stringContaining('. It is larger than its topic takes (max.message.bytes) or than'),
  ]);
});

test('of events that wait for a publisher one is said', () => {
  const entries = [entry(1n, 'CREATED', true), entry(2n, 'CREATED', true)];
  expect(whyStuck({ ...nothing, entries })).toEqual([
    'The event OrderPaid (order, sequence 1) is not sent: CREATED and so on.',
  ]);
});

test('consumers, held partitions and timers say what they wait for', () => {
  const consumers = [
    {
      consumer: 'assembly-service',
      messages: [message('DEAD', true)],
      held: [{ says: 'held at t/1' }],
    },
  ];
  const timers = [
    { service: 'order', kind: 'commit-stock', attempts: 2, says: 'failed 2 times: away' },
    { service: 'assembly', kind: 'build', attempts: 0, says: 'due in 5 s' },
  ];
  expect(whyStuck({ ...nothing, consumers, timers, lifecycles: [{ steps: [overdue] }] })).toEqual([
    'assembly-service has not handled OrderPaid (sequence 3): given up: out of paint.',
    'assembly-service cannot go on: held at t/1.',
    'The timer commit-stock of order failed 2 times: away.',
  ]);
});

test('a step that nobody does is the cause when there is no other', () => {
  expect(whyStuck({ ...nothing, lifecycles: [{ steps: [overdue] }] })).toEqual([
    '“Ship built” waits for assembly since 5 min; look whether assembly runs and what it logs.',
  ]);
});

test.each<[Partial<OrderView>, string]>([
  [{}, ''],
  [{ entries: [entry(1n, 'CREATED', false)] }, 'write DONE,publish RUNNING'],
  [{ entries: [entry(1n, 'FAILED', true)] }, 'write DONE,publish FAILED'],
  [{ entries: [entry(1n, 'COMPLETED', false)] }, 'write DONE,publish DONE'],
  [
    { consumers: [{ consumer: 'c', messages: [message('HANDLED', false)], held: [] }] },
    'handle-c DONE',
  ],
  [
    { consumers: [{ consumer: 'c', messages: [message('PARKED', false)], held: [] }] },
    'handle-c RUNNING',
  ],
  [
    { consumers: [{ consumer: 'c', messages: [message('DEAD', true)], held: [] }] },
    'handle-c FAILED',
  ],
])('the events of a key that no system knows are followed: %#', (view, wanted) => {
  const steps = deliveryOf({ ...nothing, ...view });
  expect(steps.map(({ id, state }) => `${id} ${state}`).join()).toBe(wanted);
});

test('an event has the last word of its type', () => {
  expect(shortType('order.v1.OrderPaid')).toBe('OrderPaid');
  expect(shortType('TicketIssued')).toBe('TicketIssued');
});
