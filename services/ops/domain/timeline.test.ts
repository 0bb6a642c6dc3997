import type { OutboxEvent } from './event.ts';
import { explain, type TimelineView } from './timeline.ts';
import { durationWords, momentWords } from './words.ts';

const now = new Date('2026-11-21T14:10:00Z');
const at = (time: string): Date => new Date(`2026-11-21T${time}Z`);
const event = (sequence: number, columns: Partial<OutboxEvent> = {}): OutboxEvent => ({
  source: 'loms',
  topic: 'loms.order-events',
  key: '42',
  sequence: BigInt(sequence),
  id: `e${sequence}`,
  eventType: 'T',
  status: 'CREATED',
  error: '',
  attempts: 0,
  bucket: 7,
  isWaiting: false,
  seq: BigInt(sequence),
  headers: {},
  createdAt: at('14:00:00'),
  lastAttemptAt: undefined,
  sentAt: undefined,
  partition: undefined,
  offset: undefined,
  movedAt: undefined,
  discardedAt: undefined,
  discardedBy: '',
  discardReason: '',
  ...columns,
});
const failed = event(3, {
  status: 'FAILED',
  error: 'message-too-large',
  attempts: 5,
  lastAttemptAt: at('14:02:10'),
});
const waiting = { isWaiting: true };
const explained = (of: OutboxEvent, view: Partial<TimelineView> = {}) =>
  explain(of, {
    now,
    holdsLater: () => true,
    isPublished: () => true,
    unwritableOf: () => undefined,
    failed: [],
    ...view,
  });

test('a sent event says where it is and how long it took', () => {
  const sent = {
    status: 'COMPLETED',
    sentAt: at('14:00:00.003'),
    partition: 1,
    offset: 20n,
  } as const;
  expect(explained(event(1, sent))).toEqual({
    says: 'sent to partition 1 at offset 20, 3 ms after it was created',
    isStuck: false,
  });
  const again = event(1, { ...sent, attempts: 2, headers: { redriven: 'true' } });
  expect(explained(again).says).toMatch('(refused 2 times before, redriven)');
});

test('a waiting event says behind which one, why and since when', () => {
  const says = 'waits behind 3: message-too-large, since 14:02 UTC';
  expect(explained(event(4, waiting), { failed: [failed] })).toEqual({ says, isStuck: true });
});

test('one that the publisher has not put on hold yet says the same', () => {
  expect(explained(event(9), { failed: [failed] }).says).toMatch('waits behind 3');
});

test('of several failed ones it is the nearest before; after a replay it may be one behind', () => {
  const two = [event(2, { ...failed, sequence: 2n }), failed];
  expect(explained(event(4, waiting), { failed: two }).says).toMatch('waits behind 3');
  expect(explained(event(1, waiting), { failed: [failed] }).says).toMatch('waits behind 3');
});

test('a failed event of another topic or source holds nobody', () => {
  const others = [
    event(3, { ...failed, topic: 'other' }),
    event(3, { ...failed, source: 'order' }),
  ];
  expect(explained(event(4), { failed: others })).toEqual({
    says: 'to be sent since 10 min',
    isStuck: false,
  });
});

test('a failed event says how often, why, since when, and what becomes of later ones', () => {
  const words = 'FAILED after 5 attempts: message-too-large, since 14:02 UTC; later ones';
  expect(explained(failed)).toEqual({ says: `${words} wait`, isStuck: true });
  expect(explained(failed, { holdsLater: () => false }).says).toBe(`${words} go on`);
});

test('where nothing waits, a later event goes on', () => {
  const view = { failed: [failed], holdsLater: () => false };
  expect(explained(event(4), view)).toMatchObject({ isStuck: false });
});

test('one given up says by whom, when and why', () => {
  const given = event(3, {
    status: 'DISCARDED',
    discardedAt: new Date('2026-11-20T09:30:00Z'),
    discardedBy: 'anna',
    discardReason: 'the payload was wrong',
  });
  expect(explained(given)).toEqual({
    says: 'given up by anna on 2026-11-20 09:30 UTC: the payload was wrong',
    isStuck: false,
  });
});

test('an event whose bucket nobody publishes is stuck, and so is one whose failed one has gone', () => {
  const nobody = explained(event(1), { isPublished: () => false });
  expect(nobody).toEqual({
    says: 'to be sent since 10 min; no publisher has its bucket 7',
    isStuck: true,
  });
  expect(explained(event(4, waiting))).toMatchObject({
    says: expect.stringContaining('redrive the key'),
    isStuck: true,
  });
});

test.each([
  [0.0034, '3 ms'],
  [4.21, '4.2 s'],
  [42, '42 s'],
  [720, '12 min'],
  [7_200, '2 h'],
  [200_000, '2 d'],
])('%p seconds are %p', (seconds, words) => {
  expect(durationWords(seconds)).toBe(words);
});

test('a time of another day has its date', () => {
  expect(momentWords(at('01:02:03'), now)).toBe('01:02 UTC');
  expect(momentWords(new Date('2026-11-20T23:59:00Z'), now)).toBe('2026-11-20 23:59 UTC');
});
