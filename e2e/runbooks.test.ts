import { globSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { checkout } from '../deploy/folders.ts';
import { isAddress } from '../services/ops/page/addresses.ts';
import { allCommands } from '../tools/completion/programs.ts';

const read = (path: string) => readFileSync(join(checkout, path), 'utf8');

interface Rule {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: { summary: string; runbook: string };
}

const { groups } = parse(read('deploy/prometheus/alerts.yaml')) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);
const pages = readdirSync(join(checkout, 'docs/runbooks'));
const commandsIn = (page: string) =>
  [...read(`docs/runbooks/${page}`).matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);

test('every alert has its page, and every page its alert', () => {
  expect(pages.toSorted()).toEqual(rules.map(({ alert }) => `${alert}.md`).toSorted());
});

test.each(rules)('$alert says how bad it is, what is wrong, and where to go on', (rule) => {
  expect(['critical', 'warning']).toContain(rule.labels.severity);
  expect(rule.annotations.summary).toMatch(/^\S.{20,}\.$/);
  expect(rule.annotations.runbook).toBe(`docs/runbooks/${rule.alert}.md`);
  expect(read(rule.annotations.runbook)).toContain(`\nSeverity: ${rule.labels.severity}.`);
});

test('every metric of a rule, and of a page, is one of the code', () => {
  const sources = globSync('{platform,services}/**/*.ts', { cwd: checkout }).map(read).join('\n');
  const ofPrometheus = ['up', 'nodejs_eventloop_lag_seconds'];
  const named = [
    ...rules.flatMap(({ expr }) => [...expr.matchAll(/\b[a-z]+_[a-z_]+\b/g)].map(([name]) => name)),
    ...pages.flatMap(commandsIn).filter((code) => /^[a-z]+(_[a-z]+)+$/.test(code)),
  ].filter((name) => !ofPrometheus.includes(name) && name !== 'pg_stat_activity');
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((name) => !sources.includes(`'${name}'`))).toEqual([]);
});

/** Why the command line would not understand this; undefined if it would. */
const faultOf = (line: string): string | undefined => {
  const words = line.split(/\s+/).slice(1);
  let command = allCommands();
  for (const word of words) {
    const next = command.commands.find((each) => each.name() === word);
    if (next === undefined) break;
    command = next;
  }
  if (command.parent === null) return 'no such command';
  const known = command.options.map(({ long }) => long);
  return words.find((word) => word.startsWith('--') && !known.includes(word));
};

const targets = new Set([...read('Makefile').matchAll(/^([a-z-]+):/gm)].map(([, name]) => name));

test.each(pages)('what %s tells to type and to open is there', (page) => {
  const commands = commandsIn(page);
  expect(commands.length).toBeGreaterThan(1);
  expect(read(`docs/runbooks/${page}`).split('\n').length).toBeLessThanOrEqual(31);
  for (const code of commands) {
    if (code.startsWith('./inorder')) expect([code, faultOf(code)]).toEqual([code, undefined]);
    const [, target] = /^make ([a-z-]+)/.exec(code) ?? [];
    if (target !== undefined) expect([code, targets.has(target)]).toEqual([code, true]);
    if (/^\/[a-z-]*$/.test(code) && code !== '/readyz')
      expect([code, isAddress(code)]).toEqual([code, true]);
  }
});

test('pages that other pages name are there', () => {
  const alerts = rules.map(({ alert }) => alert);
  const prefix = /\b(?:Outbox|Inbox|Consumer|Kafka|Service|Saga|Schema|Order)[A-Z]\w+/g;
  for (const page of pages) {
    const text = read(`docs/runbooks/${page}`).replaceAll(/`[^`]*`/g, '');
    for (const [name] of text.matchAll(prefix))
      expect([basename(page), alerts.includes(name)]).toEqual([basename(page), true]);
  }
});
