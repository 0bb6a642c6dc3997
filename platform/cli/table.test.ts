import { table } from './table.ts';

const columns = [
  { head: 'order', cell: ({ key }: { key: string; says: string }) => key, most: 8 },
  { head: 'says', cell: ({ says }: { key: string; says: string }) => says },
];

test('columns are aligned, long cells cut, and the last one broken into lines below itself', () => {
  const says = Array.from({ length: 30 }, (_, i) => `word${i}`).join(' ');
  const lines = table(columns, [
    { key: '1', says: 'sent' },
    { key: 'order-123456', says },
  ]).split('\n');
  expect(lines[0]).toBe('order     says');
  expect(lines[1]).toBe('1         sent');
  expect(lines[2]).toMatch(/^order-1…\s+word0 word1/);
  expect(lines[3]).toMatch(/^\s{10}word/);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
  expect(lines.slice(2).join(' ').split(/\s+/).slice(1)).toHaveLength(30);
});
