import { AppError } from '../../base/errors.ts';
import { follow, type Progress } from './follow.ts';
import { createSlots } from './slots.ts';

type Status = 'new' | 'waiting' | 'done' | 'failed';
type Change = Progress<Status>;

const change = (sequence: bigint, status: Status): Change => ({ sequence, status });
const past = [change(1n, 'new'), change(2n, 'waiting')];
const never = new AbortController().signal;

/** Each round of `rounds` is what one waiting finds; `known` is how it was before all of them. */
const start = (known: Change | undefined, ...rounds: Change[][]) => {
  const slots = createSlots({ max: 1, longestMs: 60_000 });
  const asked: bigint[] = [];
  const watch = follow<bigint, Change>({
    slots,
    load: () =>
      known === undefined
        ? Promise.reject(new AppError('not-found', 'thing-not-found', 'There is none.'))
        : Promise.resolve(known),
    isFinal: (status) => status === 'done' || status === 'failed',
    next: ({ after }) => {
      asked.push(after);
      return Promise.resolve(rounds.shift() ?? []);
    },
  });
  const read = async (after = 0n) => {
    const statuses: Status[] = [];
    for await (const { status } of watch({ key: 1n, after }, never)) statuses.push(status);
    return statuses;
  };
  return { slots, asked, read, watch };
};

const waiting = change(2n, 'waiting');
const done = change(3n, 'done');

test.each(['failed', 'done'] as const)('%s is the end', async (status) => {
  const { read, asked, slots } = start(waiting, past, [change(3n, status)], [change(4n, 'new')]);
  expect(await read()).toEqual(['new', 'waiting', status]);
  expect(asked).toEqual([0n, 2n]);
  expect(slots.taken()).toBe(0);
});

test('goes on after the sequence that was seen', async () => {
  const { read, asked } = start(waiting, [done]);
  expect(await read(2n)).toEqual(['done']);
  expect(asked).toEqual([2n]);
});

test('when all was seen there is nothing to wait for', async () => {
  const { read, asked } = start(done);
  expect(await read(3n)).toEqual([]);
  expect(asked).toEqual([]);
});

test.each([
  [undefined, 0n, 'thing-not-found'],
  [waiting, 3n, 'sequence-ahead'],
])('of %j after %s: %s, and the place is free again', async (known, after, reason) => {
  const { read, slots } = start(known);
  await expect(read(after)).rejects.toMatchObject({ reason });
  expect(slots.taken()).toBe(0);
});

test('one too many is refused; one that is left half way gives its place back', async () => {
  const { watch, slots } = start(waiting, past, past);
  const from = { key: 1n, after: 0n };
  const first = watch(from, never);
  await first.next();
  await expect(watch(from, never).next()).rejects.toMatchObject({ reason: 'too-many-watches' });
  await first.return(undefined);
  expect(slots.taken()).toBe(0);
});
