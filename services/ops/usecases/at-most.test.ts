import { atMost } from './at-most.ts';

test('at most so many run at a time, and a failure gives its place on', async () => {
  let running = 0;
  let most = 0;
  const work = atMost(2, async (name: string) => {
    running += 1;
    most = Math.max(most, running);
    await Promise.resolve();
    running -= 1;
    if (name === 'b') throw new Error('no');
    return name;
  });
  const all = await Promise.allSettled(['a', 'b', 'c', 'd', 'e'].map(work));
  expect(all.map(({ status }) => status[0]).join('')).toBe('frfff');
  expect(most).toBe(2);
});
