import type { Logger } from '#platform/base/logger.ts';
import { createOldDaysKeeper, type Drop, type OldDay } from './drop-old-days.ts';

const never = new AbortController().signal;

const given = (days: OldDay[], outcomes: Record<string, Drop['outcome'] | Error> = {}) => {
  const said: unknown[] = [];
  const tried: string[] = [];
  const say = (level: string) => (fields: { table?: string }) =>
    said.push(`${level} ${fields.table ?? ''}`);
  let dropped = 0;
  const outer = [1_000, 1_000, 3];
  const keeper = createOldDaysKeeper({
    source: 'loms',
    days: {
      list: () => Promise.resolve(days),
      drop: (name) => {
        tried.push(name);
        const outcome = outcomes[name] ?? 'dropped';
        if (outcome instanceof Error) return Promise.reject(outcome);
        return Promise.resolve({ outcome, moved: 0 });
      },
      deleteOuterRows: () => Promise.resolve(outer.shift() ?? 0),
    },
    countDropped: () => (dropped += 1),
    logger: { info: say('info'), warn: say('warn') } as unknown as Logger,
  });
  return { keeper, said, tried, outer, dropped: () => dropped };
};
const sentDay = (name: string): OldDay => ({ name, hasUnsent: false });

test('each old day is dropped once and counted; a day with unsent rows is passed over', async () => {
  const { keeper, tried, said, dropped } = given([
    sentDay('a'),
    { name: 'b', hasUnsent: true },
    sentDay('c'),
  ]);
  await keeper.sweep(never);
  expect(tried).toEqual(['a', 'c']);
  expect(dropped()).toBe(2);
  expect(said).toEqual(['info a', 'warn b', 'info c']);
});

test('a lock that is not to be had ends the round', async () => {
  const { keeper, tried, dropped } = given([sentDay('a'), sentDay('b')], { a: 'busy' });
  await keeper.sweep(never);
  expect(tried).toEqual(['a']);
  expect(dropped()).toBe(0);
});

test('a day that cannot be dropped is named, and holds up neither the others nor the outer rows', async () => {
  const { keeper, tried, said, outer, dropped } = given([sentDay('a'), sentDay('b')], {
    a: new Error('statement timeout'),
  });
  await keeper.sweep(never);
  expect(tried).toEqual(['a', 'b']);
  expect(said).toEqual(['warn a', 'info b']);
  expect(dropped()).toBe(1);
  expect(outer).toEqual([]);
});

test('of a day that is kept one hears once a day, whichever look found the unsent row', async () => {
  const { keeper, said } = given([{ name: 'a', hasUnsent: true }, sentDay('b')], {
    b: 'kept-unsent',
  });
  for (let hour = 0; hour < 24; hour += 1) await keeper.sweep(never);
  expect(said).toEqual(['warn a', 'warn b']);
  await keeper.sweep(never);
  expect(said).toEqual(['warn a', 'warn b', 'warn a', 'warn b']);
});

test('outer rows are deleted until a batch is not full', async () => {
  const { keeper, outer } = given([]);
  await keeper.sweep(never);
  expect(outer).toEqual([]);
});
