import {
  deadlineOf,
  hasEnded,
  isUndone,
  missingOf,
  progressOf,
  reasonOf,
  saga,
  statusOf,
  stepEndedBy,
  type EventType,
  type Fact,
} from './saga.ts';

const at = (second: number) => new Date(second * 1_000);
const facts = (...types: EventType[]): Fact[] =>
  types.map((type, i) => ({
    type,
    occurredAt: at(i + 1),
    reason: `why ${type}`,
    outcome: 'REFUNDED',
  }));
const cancelling = (known: readonly Fact[]): Fact[] =>
  known.map((fact) => ({ ...fact, outcome: 'CANCELLED' }));
const states = (known: readonly Fact[]) =>
  progressOf(known).map(({ id, state }) => `${id} ${state}`);

const paid = ['OrderCreated', 'PaymentAuthorized'] as const;
const issued = [...paid, 'TicketIssued'] as const;

test.each<[EventType[], string, string[]]>([
  [['OrderCreated'], 'CREATED', ['done', 'running', 'to-come']],
  [[...paid], 'PAYMENT_AUTHORIZED', ['done', 'done', 'running']],
  [[...issued], 'TICKET_ISSUED', ['done', 'done', 'done']],
  [['OrderCreated', 'PaymentFailed'], 'CANCELLED', ['done', 'failed']],
  [[...paid, 'TicketRejected'], 'CANCELLED', ['done', 'compensating', 'failed']],
  [[...paid, 'TicketRejected', 'PaymentRefunded'], 'CANCELLED', ['done', 'compensated', 'failed']],
  [[...issued, 'RefundRequested'], 'REFUND_PENDING', ['done', 'compensating', 'compensating']],
  [
    [...issued, 'RefundRequested', 'TicketCancelled'],
    'REFUND_PENDING',
    ['done', 'compensating', 'compensated'],
  ],
  [
    [...issued, 'RefundRequested', 'TicketCancelled', 'PaymentRefunded'],
    'REFUNDED',
    ['done', 'compensated', 'compensated'],
  ],
])('after %j an order is %s', (types, status, wanted) => {
  const known = facts(...types);
  expect(statusOf(known)).toBe(status);
  expect(progressOf(known).map(({ state }) => state)).toEqual(wanted);
});

test('an order that was taken back for a timeout is cancelled, whatever comes late', () => {
  const types: EventType[] = ['OrderCreated', 'RefundRequested'];
  expect(statusOf(cancelling(facts(...types)))).toBe('CANCELLED');
  const late: EventType[] = [...types, 'PaymentAuthorized', 'TicketIssued'];
  expect(statusOf(cancelling(facts(...late)))).toBe('CANCELLED');
  expect(hasEnded(cancelling(facts(...late)))).toBe(false);
  const through: EventType[] = [...late, 'PaymentRefunded', 'TicketCancelled'];
  expect(statusOf(cancelling(facts(...through)))).toBe('CANCELLED');
  expect(hasEnded(cancelling(facts(...through)))).toBe(true);
});

/** All orders of a list. */
const orders = <T>(list: readonly T[]): T[][] =>
  list.length < 2
    ? [[...list]]
    : list.flatMap((first, i) =>
        orders([...list.slice(0, i), ...list.slice(i + 1)]).map((rest) => [first, ...rest]),
      );

test.each<[EventType[]]>([
  [[...issued, 'RefundRequested', 'TicketCancelled', 'PaymentRefunded']],
  [[...paid, 'TicketRejected', 'PaymentRefunded']],
])('the same facts %j are the same status in whatever order they become known', (types) => {
  const known = facts(...types);
  const seen = orders(known).map((each) => `${statusOf(each)} ${states(each).join()}`);
  expect(new Set(seen).size).toBe(1);
});

test('an order waits for the steps that were caused and have not ended', () => {
  const missing = (...types: EventType[]) =>
    missingOf(facts(...types)).map(({ id, service, state, since }) => [id, service, state, since]);
  expect(missing('OrderCreated')).toEqual([['authorize-payment', 'payment', 'running', at(1)]]);
  expect(missing(...paid)).toEqual([['issue-ticket', 'ticket', 'running', at(2)]]);
  expect(missing(...issued)).toEqual([]);
  expect(missing(...issued, 'RefundRequested')).toEqual([
    ['authorize-payment', 'payment', 'compensating', at(4)],
    ['issue-ticket', 'ticket', 'compensating', at(4)],
  ]);
});

test('it has ended when nothing is left to come by itself', () => {
  expect(hasEnded(facts('OrderCreated'))).toBe(false);
  expect(hasEnded(facts(...issued))).toBe(true);
  expect(hasEnded(facts('OrderCreated', 'PaymentFailed'))).toBe(true);
  expect(hasEnded(facts(...paid, 'TicketRejected'))).toBe(false);
});

test('what failed or is taken back is undone', () => {
  expect(isUndone(facts(...issued))).toBe(false);
  expect(isUndone(facts(...paid, 'TicketRejected'))).toBe(true);
  expect(isUndone(facts('OrderCreated', 'RefundRequested'))).toBe(true);
});

test('the reason is the first that became known', () => {
  expect(reasonOf(facts(...issued))).toBeUndefined();
  expect(reasonOf(facts('OrderCreated', 'RefundRequested', 'PaymentFailed'))).toBe(
    'why RefundRequested',
  );
});

test('the time of an order begins anew when it is taken back', () => {
  expect(deadlineOf(facts('OrderCreated'), 60_000)).toEqual(at(61));
  expect(deadlineOf(facts(...issued, 'RefundRequested'), 60_000)).toEqual(at(64));
});

test('each event but the wish to take an order back ends one step', () => {
  const all = saga.flatMap(({ id, done, failed, undo }) =>
    [done, failed, undo?.done].filter((type) => type !== undefined).map((type) => [type, id]),
  );
  for (const [type, id] of all) expect(stepEndedBy(type as EventType)).toBe(id);
  expect(new Set(all.map(([type]) => type)).size).toBe(all.length);
  expect(stepEndedBy('RefundRequested')).toBeUndefined();
});
