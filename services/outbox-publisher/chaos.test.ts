import type { Pool } from '#platform/database/pool.ts';
import { createChaos } from './chaos.ts';

/** Gives the numbers in turn: first whether, then what, then how much. */
const inTurn = (...numbers: number[]) => {
  let next = 0;
  return () => numbers[next++ % numbers.length]!;
};
const openPool = () => {
  let done = 0;
  const query = () => Promise.resolve({ rows: [(done += 1)] });
  return { pool: { query } as unknown as Pool, done: () => done };
};
// what a caller sees of a connection that was lost
const lost = { kind: 'unavailable' };

test.each([
  ['before it is done', [0, 0.1], 0],
  ['after it is done', [0, 0.9], 1],
])('a statement that is to fail fails %s', async (_, numbers, done) => {
  const under = openPool();
  const { breakPool } = createChaos({ share: 0.2, random: inTurn(...numbers) });
  await expect(breakPool(under.pool).query('')).rejects.toMatchObject(lost);
  expect(under.done()).toBe(done);
});

test('a statement that is to take long is done', async () => {
  const under = openPool();
  const { breakPool } = createChaos({ share: 0.2, random: inTurn(0, 0.5, 0) });
  expect(await breakPool(under.pool).query('')).toEqual({ rows: [1] });
});

test.each([0, 0.2])('with share %d nothing happens to the steps beyond it', async (share) => {
  const under = openPool();
  const { breakPool, breakProducer } = createChaos({ share, random: () => 0.2 });
  expect(await breakPool(under.pool).query('')).toEqual({ rows: [1] });
  const producer = { send: () => Promise.resolve([]), close: () => Promise.resolve() };
  expect(await breakProducer(producer).send([], 1)).toEqual([]);
});

test.each([
  ['before it is done', [0, 0.1], 0],
  ['after it is done', [0, 0.9], 1],
])(
  'a send that is to fail fails %s, as if the broker were unavailable',
  async (_, numbers, done) => {
    let sent = 0;
    const send = () => Promise.resolve([]).finally(() => (sent += 1));
    const { breakProducer } = createChaos({ share: 0.2, random: inTurn(...numbers) });
    const producer = breakProducer({ send, close: () => Promise.resolve() });
    await expect(producer.send([], 1)).rejects.toMatchObject({
      kind: 'away',
      reason: 'connection',
    });
    expect(sent).toBe(done);
  },
);
