import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { checkout } from '../../deploy/folders.ts';
import { faults } from './faults.ts';
import { shortRules } from './short-rules.ts';

interface Rule {
  alert: string;
  expr: string;
  for?: string;
}

const text = readFileSync(join(checkout, 'deploy/prometheus/alerts.yaml'), 'utf8');
const rulesOf = (rules: string): Rule[] =>
  (parse(rules) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules);

test('each alert has a fault that makes it fire', () => {
  const fired = new Set(faults.flatMap(({ alerts }) => Object.keys(alerts)));
  const alerts = rulesOf(text).map(({ alert }) => alert);
  expect([...fired].toSorted()).toEqual(alerts.toSorted());
});

test('the rules of the drill differ in times alone', () => {
  const withoutTimes = (rules: string) =>
    rulesOf(rules).map((rule) => ({
      ...rule,
      expr: rule.expr.replaceAll(/\[\w+\]/g, '[]'),
      for: rule.for === undefined ? undefined : 'some time',
    }));
  const short = shortRules(text);
  expect(withoutTimes(short)).toEqual(withoutTimes(text));
  expect(short).not.toMatch(/\[\d+m\]|for: \dm/);
});
