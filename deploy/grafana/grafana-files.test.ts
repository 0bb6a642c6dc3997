import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parser } from '@prometheus-io/lezer-promql';
import { Registry, collectDefaultMetrics } from 'prom-client';
import { parse } from 'yaml';
import { checkout } from '../folders.ts';
import { alertsOf } from './dashboard.ts';
import { dashboards, grafanaFiles } from './grafana-files.ts';

const read = (path: string) => readFileSync(join(checkout, path), 'utf8');
const files = grafanaFiles();
const panels = dashboards.flatMap(({ title, rows }) =>
  rows.flatMap((row) => row.panels.map((panel) => ({ dashboard: title, ...panel }))),
);

test.each([...files])('%s is what its source gives (make gen writes it)', (path, content) => {
  expect(read(path)).toBe(content);
});

test('nothing else is provisioned', () => {
  const found = globSync('deploy/grafana/{dashboards,provisioning,vmui}/**/*.{json,yaml}', {
    cwd: checkout,
  });
  expect(found.toSorted()).toEqual([...files.keys()].toSorted());
});

test('the dashboards are these', () => {
  expect(dashboards.map(({ title }) => title)).toEqual([
    'E2E Order Flow',
    'Outbox',
    'Consumers',
    'RPC',
    'Sagas',
    'Engines',
  ]);
});

interface GrafanaDashboard {
  title: string;
  panels: { title: string; type: string; gridPos: { x: number; y: number; w: number } }[];
}

const readGrafana = (name: string) =>
  JSON.parse(read(`deploy/grafana/dashboards/${name}.json`)) as GrafanaDashboard;

test('on top of E2E Order Flow are exactly the two panels of the contract', () => {
  const top = readGrafana('e2e-order-flow').panels.filter(({ gridPos }) => gridPos.y === 0);
  expect(top.map(({ title }) => title)).toEqual([
    'Flow: Published vs Processed',
    'Chaos: Simulated Failures',
  ]);
});

test.each(dashboards)('no panel of $title lies on another', ({ name }) => {
  const { panels: laid } = readGrafana(name);
  const places = laid.map(({ gridPos: { x, y } }) => `${x},${y}`);
  expect(new Set(places).size).toBe(places.length);
  for (const { gridPos } of laid) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
});

/** A query as a data source gets it. */
const filledIn = (expr: string): string =>
  expr.replaceAll('$__rate_interval', '1m').replaceAll('$job', '.*');

const mistakeIn = (expr: string): string | undefined => {
  let mistake: string | undefined;
  parser.parse(expr).iterate({
    enter: ({ type, from }) => {
      if (type.isError) mistake ??= `not understood from here on: ${expr.slice(from)}`;
    },
  });
  return mistake;
};

const metricsIn = (expr: string): string[] => {
  const names: string[] = [];
  parser.parse(expr).iterate({
    enter: ({ name, from, to, node }) => {
      if (name === 'Identifier' && node.parent?.name === 'VectorSelector')
        names.push(expr.slice(from, to));
    },
  });
  return names;
};

test('broken PromQL is noticed, and metrics are found', () => {
  expect(mistakeIn('sum by (job (up)')).toContain('not understood');
  expect(mistakeIn('rate(a_total[1m]')).toContain('not understood');
  expect(metricsIn('sum(rate(a_total{b="c"}[1m])) / on (d) e')).toEqual(['a_total', 'e']);
});

const knownMetrics = (): string => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const ofProcesses = registry.getMetricsAsArray().map(({ name }) => `'${name}'`);
  const sources = globSync('{platform,services}/**/*.ts', { cwd: checkout }).filter(
    (path) => !path.includes('node_modules') && !path.endsWith('.test.ts'),
  );
  return [...sources.map(read), ...ofProcesses, "'up'"].join('\n');
};

const known = knownMetrics();

test.each(panels)('$dashboard: $title asks what there is, in PromQL', ({ queries }) => {
  expect(queries.length).toBeGreaterThan(0);
  for (const { expr, legend } of queries) {
    expect([expr, mistakeIn(filledIn(expr))]).toEqual([expr, undefined]);
    const names = metricsIn(filledIn(expr)).map((name) => name.replace(/_(bucket|count|sum)$/, ''));
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !known.includes(`'${name}'`))).toEqual([]);
    const labels = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);
    expect(labels.filter((label) => !expr.includes(label))).toEqual([]);
  }
});

interface Rule {
  alert: string;
  expr: string;
}

const { groups } = parse(read('deploy/prometheus/alerts.yaml')) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);

test.each(panels)('$dashboard: $title says what is normal, and where its alerts begin', (panel) => {
  expect(panel.description).toMatch(/^\S.{20,}\.$/);
  for (const alert of alertsOf(panel)) expect(rules.map((rule) => rule.alert)).toContain(alert);
  const { threshold } = panel;
  if (threshold === undefined) return;
  const { expr = '' } = rules.find(({ alert }) => alert === threshold.alert) ?? {};
  // what counts is below 1 when it is 0
  const edge = threshold.below === undefined ? `> ${threshold.above ?? ''}` : '== 0';
  expect(expr).toContain(edge);
  expect(threshold.below ?? 1).toBe(1);
});

test('each alert has its panel', () => {
  const shown = new Set(panels.flatMap(alertsOf));
  expect(rules.map(({ alert }) => alert).filter((alert) => !shown.has(alert))).toEqual([
    // needs a registry, and its page says all
    'SchemaIncompatible',
  ]);
});

test('vmui is given the same dashboards in the same order, without variables', () => {
  const ofVmui = [...files].filter(([path]) => path.startsWith('deploy/grafana/vmui/'));
  const titles = ofVmui
    .toSorted(([one], [other]) => one.localeCompare(other))
    .map(([, content]) => (JSON.parse(content) as { title: string }).title);
  expect(titles).toEqual(dashboards.map(({ title }) => title));
  for (const [, content] of ofVmui) expect(content).not.toContain('$');
});
