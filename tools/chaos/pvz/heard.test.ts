import { followNotifier } from './heard.ts';

const idOf = (offset: number) => `0196a5d2-6a6e-7000-8000-${String(offset).padStart(12, '0')}`;
const line = (offset: number, msg = 'event') =>
  JSON.stringify({ topic: 'x', offset, key: '1', event: { event_id: idOf(offset) }, msg });
const follow = (lines: string[], kills: { committed: number; lines: number }[] = []) => {
  const followed = followNotifier({ notifier: { lines: () => lines }, kills });
  return { ids: [...followed.read()], faults: followed.faults() };
};

test('every event that it logs is heard; a line that was cut off is none', () => {
  const lines = [line(0), line(1), line(1), line(2).slice(0, -9), 'ready'];
  expect(follow(lines)).toEqual({ ids: [idOf(0), idOf(1)], faults: [] });
});

test('after a kill it may repeat what it had not committed', () => {
  const lines = [line(0), line(1), line(2), line(1), line(2), line(3)];
  expect(follow(lines, [{ committed: 1, lines: 3 }]).faults).toEqual([]);
});

test.each([
  ['after it leaves an event out', [line(0), line(2)], [{ committed: 1, lines: 1 }]],
  [
    'after it repeats what was committed',
    [line(0), line(1), line(0)],
    [{ committed: 1, lines: 2 }],
  ],
  ['that says ORDER VIOLATION', [line(0), line(1, 'ORDER VIOLATION')], []],
])('a kill or a line %s is a fault', (_, lines, kills) => {
  expect(follow(lines, kills).faults).toHaveLength(1);
});
