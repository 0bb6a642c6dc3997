import { createSlots } from './slots.ts';

const over = () => new Error('over');
const never = new AbortController().signal;

test('as many as there are slots, and again when one leaves', () => {
  const slots = createSlots({ max: 2, longestMs: 60_000 });
  const first = slots.enter(never, over)!;
  const second = slots.enter(never, over)!;
  expect(slots.enter(never, over)).toBeUndefined();
  expect(slots.taken()).toBe(2);
  first.leave();
  const third = slots.enter(never, over)!;
  second.leave();
  third.leave();
  expect(slots.taken()).toBe(0);
});

test('the signal aborts when the longest time is over, with the reason that was given', async () => {
  const slot = createSlots({ max: 1, longestMs: 10 }).enter(never, over)!;
  await new Promise((resolve) => slot.signal.addEventListener('abort', resolve));
  expect(slot.signal.reason).toEqual(new Error('over'));
  slot.leave();
});

test('the signal aborts with the caller’s, also when that was before', () => {
  const caller = new AbortController();
  const slots = createSlots({ max: 2, longestMs: 60_000 });
  const slot = slots.enter(caller.signal, over)!;
  expect(slot.signal.aborted).toBe(false);
  caller.abort(new Error('gone'));
  expect(slot.signal.reason).toEqual(new Error('gone'));
  slot.leave();
  const late = slots.enter(caller.signal, over)!;
  expect(late.signal.aborted).toBe(true);
  late.leave();
});
