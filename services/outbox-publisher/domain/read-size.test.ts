import { createReadSize } from './read-size.ts';
import type { UnsentRow } from './row.ts';

const rowsOf = (count: number, bytes: number) =>
  Array.from({ length: count }, () => ({ payload: 'x'.repeat(bytes) }) as UnsentRow);

test('light rows: the limit grows by doubling, up to more than is ever asked for', () => {
  const size = createReadSize(16_000_000);
  const limits = Array.from({ length: 14 }, () => {
    size.note(rowsOf(10, 100));
    return size.rows();
  });
  expect(limits.slice(0, 3)).toEqual([32, 64, 128]);
  expect(limits.at(-1)).toBe(65_536);
});

test('heavy rows: the next read asks for no more than fit, at once', () => {
  const size = createReadSize(1_000_000);
  for (let i = 0; i < 10; i += 1) size.note(rowsOf(1, 2));
  size.note(rowsOf(20, 100_000));
  expect(size.rows()).toBe(10);
  size.note(rowsOf(1, 5_000_000));
  expect(size.rows()).toBe(1);
});

test('an empty read changes nothing: it says nothing of the size of rows', () => {
  const size = createReadSize(1_000_000);
  size.note(rowsOf(1, 500_000));
  size.note([]);
  expect(size.rows()).toBe(2);
});

test('a read that failed makes the next one careful, and one after the other smaller', () => {
  const size = createReadSize(1_000_000);
  for (let i = 0; i < 10; i += 1) size.note(rowsOf(1, 2));
  const limits = Array.from({ length: 6 }, () => {
    size.shrink();
    return size.rows();
  });
  expect(limits).toEqual([16, 8, 4, 2, 1, 1]);
});
