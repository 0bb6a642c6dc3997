import { LeaseLost } from '../domain/lease.ts';
import { endEpochWhenInDoubt } from './doubtful-attempts.ts';

const setUp = (answer: (epoch: bigint, row: string) => Promise<string>) => {
  const released: bigint[] = [];
  const release = (epoch: bigint) => void released.push(epoch);
  return { released, count: endEpochWhenInDoubt(answer, release) };
};

test('what is answered passes through', async () => {
  const { count, released } = setUp((epoch, row) => Promise.resolve(`${row} of ${epoch}`));
  expect(await count(7n, 'row')).toBe('row of 7');
  expect(released).toEqual([]);
});

test('without an answer the epoch is given up, and the work under it ends', async () => {
  const cause = new Error('timeout');
  const { count, released } = setUp(() => Promise.reject(cause));
  const failure: unknown = await count(7n, 'row').catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(LeaseLost);
  expect(failure).toMatchObject({ cause });
  expect(released).toEqual([7n]);
});
