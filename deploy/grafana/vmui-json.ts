import { describe, type Dashboard, type Panel, type Query, type Unit } from './dashboard.ts';

// What vmui writes behind a value.
const units: Readonly<Record<Unit, string>> = {
  count: '',
  'per second': '/s',
  seconds: 's',
  bytes: 'B',
  share: '',
  'yes or no': '',
};

/** The JSON that VictoriaMetrics reads from `-vmui.customDashboardsPath`. */
export const vmuiJson = ({ name, title, rows }: Dashboard): string => {
  const settings = {
    title,
    filename: `${name}.json`,
    rows: rows.map((row) => ({
      title: row.title ?? title,
      panels: row.panels.map(panelSettings),
    })),
  };
  return `${JSON.stringify(settings, undefined, 2)}\n`;
};

const panelSettings = (panel: Panel) => ({
  title: panel.title,
  description: describe(panel),
  unit: units[panel.unit],
  width: 6,
  expr: panel.queries.map(({ expr }) => withoutVariables(expr)),
  alias: panel.queries.map(aliasOf),
  showLegend: true,
});

/** vmui knows no variables; without a window MetricsQL takes the one that fits the picture. */
const withoutVariables = (expr: string): string =>
  expr.replaceAll('[$__rate_interval]', '').replaceAll('$job', '.*');

/** vmui writes the labels of a line by itself, behind the alias: what is left tells the queries of a panel apart. */
const aliasOf = ({ legend }: Query, _n: number, { length }: readonly Query[]): string =>
  length === 1
    ? ''
    : legend
        .replaceAll(/\{\{\w+\}\}/g, '')
        .replace(/^[\s,]+/, '')
        .replace(/[\s,:]+$/, '');
