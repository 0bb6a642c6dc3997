import type { Overview } from '../domain/overview.ts';
import { createOverviewFeed } from './watch-overview.ts';

const overview: Overview = {
  at: new Date(0),
  problems: [],
  sources: [],
  publishers: { error: '' },
  topics: [],
  groups: [],
};

test.each([
  [0, 4_500],
  [1, 1_000],
  [50, 1_000],
  [100, 2_000],
  [1_000, 4_500],
])('while %i watch, the pause between two looks is %i ms', async (count, pauseMs) => {
  const pauses: number[] = [];
  const feed = createOverviewFeed({
    lookAround: () => Promise.resolve(overview),
    sleep: (ms) => {
      pauses.push(ms);
      return Promise.resolve();
    },
  });
  const watches = Array.from({ length: count }, () => feed.watch(new AbortController().signal));
  const first = watches.map((watch) => watch.next());
  await feed.look(new AbortController().signal);
  expect((await Promise.all(first)).map(({ value }) => value as Overview)).toEqual(
    watches.map(() => overview),
  );
  expect(pauses).toEqual([pauseMs]);
  await Promise.all(watches.map((watch) => watch.return(undefined)));
});
