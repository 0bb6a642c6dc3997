import type { ConsumedMessage, Letter, Parked } from './consumed.ts';
import { explainConsumed, positionWords, whenWords } from './consumed-words.ts';
import { timerWords } from './timer-words.ts';

const now = new Date('2026-11-21T14:10:00Z');
const at = (time: string): Date => new Date(`2026-11-21T${time}Z`);
// emitted at 14:00:00.000
const id = '01a1fe68-2300-7000-8000-000000000001';
const message = (sequence: number, columns: Partial<ConsumedMessage> = {}): ConsumedMessage => ({
  service: 'assembly',
  consumer: 'assembly-service',
  topic: 't',
  eventId: id,
  source: 'order',
  sequence: BigInt(sequence),
  eventType: 'T',
  partition: 1,
  offset: 20n,
  outcome: 'HANDLED',
  takenAt: at('14:00:00.012'),
  parked: undefined,
  letter: undefined,
  ...columns,
});
const parked = (place: number, columns: Partial<Parked> = {}): Partial<ConsumedMessage> => ({
  outcome: 'PARKED',
  parked: {
    place: BigInt(place),
    attempts: 0,
    isHopeless: false,
    error: '',
    deadAt: undefined,
    lastAttemptAt: undefined,
    dueAt: at('14:10:03'),
    letterSince: undefined,
    letterError: '',
    ...columns,
  },
});
const letter = (columns: Partial<Letter> = {}): Letter => ({
  attempts: 4,
  error: 'Error: no paint',
  failedAt: at('14:02:10'),
  redrivenAt: undefined,
  redrivenBy: '',
  discardedAt: undefined,
  discardedBy: '',
  discardReason: '',
  ...columns,
});
const explained = (of: ConsumedMessage, ...others: ConsumedMessage[]) =>
  explainConsumed(of, { now, queue: [of, ...others] });

const failed = message(1, parked(7, { attempts: 2, error: 'Error: no paint' }));

test('a handled message says where it came from and how long after it was emitted', () => {
  const says = 'handled; came from 1/20 12 ms after it was emitted';
  expect(explained(message(1))).toEqual({ says, isStuck: false });
  // an id that tells no time
  const strange = message(1, { eventId: '01a1fe68-2300-4000-8000-000000000001' });
  expect(explained(strange).says).toBe('handled');
});

test('the first of a queue says how often it failed, why, and when it is tried again', () => {
  const says = 'failed 2 times: Error: no paint; is tried again in 3.0 s';
  expect(explained(failed, message(2, parked(8)))).toEqual({ says, isStuck: false });
  expect(explained(message(1, parked(7)))).toMatchObject({ says: 'is tried in 3.0 s' });
});

test('what waits says behind which one, of its own consumer and topic', () => {
  const others = [
    message(9, { ...parked(1), consumer: 'o' }),
    message(9, { ...parked(1), topic: 'o' }),
  ];
  expect(explained(message(2, parked(8)), failed, ...others)).toEqual({
    says: 'waits behind 1, which failed 2 times: Error: no paint, is tried again in 3.0 s',
    isStuck: false,
  });
  const unnamed = { ...failed, sequence: undefined };
  expect(explained(message(2, parked(8)), unnamed).says).toMatch('behind the message at 1/20, ');
});

test('behind one that was given up everything is stuck', () => {
  const dead = { attempts: 4, error: 'Error: no paint', deadAt: at('14:02:10'), dueAt: undefined };
  const first = message(1, { ...parked(7, dead), outcome: 'DEAD', letter: letter() });
  const words = 'given up after 4 attempts: Error: no paint, since 14:02 UTC; later ones wait';
  expect(explained(first)).toEqual({ says: `${words}; redrive or discard it`, isStuck: true });
  const behind = explained(message(2, parked(8)), first);
  expect(behind).toEqual({ says: `waits behind 1, which was ${words}`, isStuck: true });
});

test('where later ones go on, one that was given up is stuck alone', () => {
  const poison = letter({ attempts: 0, error: 'poison: no key' });
  expect(explained(message(1, { outcome: 'DEAD', letter: poison }))).toEqual({
    says: 'given up: poison: no key, since 14:02 UTC; later ones go on; redrive or discard it',
    isStuck: true,
  });
});

test('poison that waits for its dead letter says so', () => {
  const poison = { isHopeless: true, error: 'poison: no key', dueAt: at('14:09:59') };
  expect(explained(message(1, parked(7, poison))).says).toBe(
    'poison: no key; it goes to the dead letters now',
  );
});

test('a letter that cannot be written is reported with its topic, by the first and by those behind it', () => {
  const unsent = { attempts: 4, error: 'Error: no paint', letterSince: at('14:02:10') };
  const words =
    'is given up after 4 attempts: Error: no paint; waits since 14:02 UTC for its dead letter';
  expect(explained(message(1, parked(7, unsent)))).toEqual({ says: words, isStuck: false });
  const first = message(1, parked(7, { ...unsent, letterError: 't.dlq: deadline: no answer' }));
  const why = 'which could not be written: t.dlq: deadline: no answer';
  expect(explained(first)).toEqual({ says: `${words}, ${why}`, isStuck: true });
  expect(explained(message(2, parked(8)), first)).toEqual({
    says: `waits behind 1, which ${words}, ${why}`,
    isStuck: true,
  });
});

test('what was redriven or discarded says by whom and when', () => {
  const redriven = letter({ redrivenAt: at('14:05:00'), redrivenBy: 'anna' });
  const by = 'redriven by anna at 14:05 UTC (it was given up: Error: no paint)';
  expect(explained(message(1, { letter: redriven })).says).toMatch(`handled, ${by}; came`);
  const waiting = explained(message(1, { ...parked(7), letter: redriven }));
  expect(waiting.says).toBe(`${by}; is tried in 3.0 s`);
  const given = { discardedAt: at('14:06:00'), discardedBy: 'anna', discardReason: 'by hand' };
  const discarded = message(1, { outcome: 'DISCARDED', letter: letter(given) });
  expect(explained(discarded)).toEqual({
    says: 'given up for ever by anna on 14:06 UTC: by hand (Error: no paint)',
    isStuck: false,
  });
});

test('what is due and not taken up says since when', () => {
  expect(whenWords(at('14:10:25'), now)).toBe('in 25 s');
  expect(whenWords(at('14:09:59'), now)).toBe('now');
  expect(whenWords(at('14:00:00'), now)).toBe('since 10 min, by nobody yet');
  expect(whenWords(undefined, now)).toBe('when somebody helps');
});

test.each([
  [undefined, 'has accepted up to sequence 2'],
  [2n, 'has accepted up to sequence 2'],
  [3n, 'has accepted up to sequence 2; 3 is sent and not accepted yet'],
  [5n, 'has accepted up to sequence 2; what is sent up to 5 is not accepted yet'],
])('with %p as the highest sent, a consumer %s', (sentUpTo, says) => {
  const name = { service: 'assembly', consumer: 'assembly-service', topic: 't', source: 'order' };
  expect(positionWords({ ...name, sequence: 2n }, sentUpTo)).toBe(says);
});

test('a timer says when it fires, and what went wrong', () => {
  const timer = { service: 'order', kind: 'undo-order', dueAt: at('14:10:25'), createdAt: now };
  expect(timerWords({ ...timer, attempts: 0, lastError: '' }, now)).toBe('due in 25 s');
  expect(timerWords({ ...timer, attempts: 3, lastError: 'Error: away' }, now)).toBe(
    'failed 3 times: Error: away; is tried again in 25 s',
  );
});
