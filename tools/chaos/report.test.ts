import { formatSection, replaceSection, type Run } from './report.ts';
import type { Outcome } from './run.ts';

const words = {
  heading: 'Orders',
  intro: (rate: number) => `${rate} a second.`,
  notes: '- _flow_: seconds.',
};
const outcome = (lost: number): Outcome => ({
  title: 'kill -9',
  ordersPerSecond: 60,
  errors: 0,
  flowSeconds: 1,
  settleSeconds: 1,
  events: 500,
  again: 3,
  lost,
  outOfOrder: 0,
  foreign: 0,
  faults: lost > 0 ? ['an event is missing'] : [],
});
const run = (seed: number, lost = 0): Run => ({ seed, minutes: 8, outcomes: [outcome(lost)] });
const format = (last: Run, before: readonly Run[]) =>
  formatSection({ words, ordersPerSecond: 300, share: 1, run: last, before });

test('of runs in a row the last one is reported in full, all of them in sums', () => {
  const section = format(run(9), [run(7), run(8)]);
  expect(section).toContain('seed 9.');
  expect(section).toContain('3 runs in a row');
  for (const seed of [7, 8, 9])
    expect(section).toMatch(new RegExp(`\\| ${seed} \\| 8.0 \\| 1 \\| 500 \\| 0 `));
});

test('a run alone has no sums; what it found is reported', () => {
  const section = format(run(7, 2), []);
  expect(section).not.toContain('in a row');
  expect(section).toContain('- kill -9: an event is missing');
});

test('a section takes the place of the one with its heading alone', () => {
  const report = '# Chaos\n\n## Orders\n\nold\n\n## Yard\n\nstays\n';
  expect(replaceSection(report, '## Orders\n\nnew\n')).toBe(
    '# Chaos\n\n## Orders\n\nnew\n\n## Yard\n\nstays\n',
  );
  expect(() => replaceSection(report, '## Ship\n')).toThrow('no section');
});
