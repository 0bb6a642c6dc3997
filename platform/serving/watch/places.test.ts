import { createPlaces } from './places.ts';

const over = () => new Error('over');
const never = new AbortController().signal;

test('as many as there are places, and again when one leaves', () => {
  const places = createPlaces({ max: 2, longestMs: 60_000 });
  const first = places.enter(never, over)!;
  const second = places.enter(never, over)!;
  expect(places.enter(never, over)).toBeUndefined();
  expect(places.taken()).toBe(2);
  first.leave();
  const third = places.enter(never, over)!;
  second.leave();
  third.leave();
  expect(places.taken()).toBe(0);
});

test('the signal aborts when the longest time is over, with the reason that was given', async () => {
  const place = createPlaces({ max: 1, longestMs: 10 }).enter(never, over)!;
  await new Promise((resolve) => place.signal.addEventListener('abort', resolve));
  expect(place.signal.reason).toEqual(new Error('over'));
  place.leave();
});

test('the signal aborts with the caller’s, also when that was before', () => {
  const caller = new AbortController();
  const places = createPlaces({ max: 2, longestMs: 60_000 });
  const place = places.enter(caller.signal, over)!;
  expect(place.signal.aborted).toBe(false);
  caller.abort(new Error('gone'));
  expect(place.signal.reason).toEqual(new Error('gone'));
  place.leave();
  const late = places.enter(caller.signal, over)!;
  expect(late.signal.aborted).toBe(true);
  late.leave();
});
