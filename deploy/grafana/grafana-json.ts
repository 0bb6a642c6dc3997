import * as common from '@grafana/grafana-foundation-sdk/common';
import * as grafana from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatesBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as LinesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { describe, type Dashboard, type Panel, type Row, type Unit } from './dashboard.ts';

/** The data source of all panels, by the id that its provisioning gives it. */
export const dataSource = { type: 'prometheus', uid: 'prometheus' };

const tag = 'inorder';
const units: Readonly<Record<Unit, string>> = {
  count: 'short',
  'per second': 'cps',
  seconds: 's',
  bytes: 'bytes',
  share: 'percentunit',
  'yes or no': 'bool_yes_no',
};

/** The JSON from which Grafana provisions a dashboard. */
export const grafanaJson = (dashboard: Dashboard): string => {
  const builder = createBuilder(dashboard.title)
    .uid(dashboard.name)
    .description(dashboard.description)
    .tags([tag])
    .time({ from: 'now-1h', to: 'now' })
    .refresh('10s')
    .tooltip(grafana.DashboardCursorSync.Crosshair)
    .link(linkToOthers());
  if (dashboard.hasJobs) builder.withVariable(jobVariable());
  for (const row of dashboard.rows) addRow(builder, row);
  return `${JSON.stringify(builder.build(), undefined, 2)}\n`;
};

// eslint-disable-next-line @typescript-eslint/no-deprecated -- the newer form is that of Grafana's API; provisioning reads this one
const createBuilder = (title: string) => new grafana.DashboardBuilder(title);

const linkToOthers = () =>
  new grafana.DashboardLinkBuilder('Dashboards')
    .type(grafana.DashboardLinkType.Dashboards)
    .tags([tag])
    .keepTime(true);

const jobVariable = () =>
  new grafana.QueryVariableBuilder('job')
    .label('Service')
    .datasource(dataSource)
    .query('label_values(up, job)')
    .refresh(grafana.VariableRefresh.OnDashboardLoad)
    .sort(grafana.VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ selected: true, text: ['All'], value: ['$__all'] });

const addRow = (builder: ReturnType<typeof createBuilder>, { title, panels }: Row): void => {
  if (title !== undefined) builder.withRow(new grafana.RowBuilder(title));
  // two or three side by side
  const width = panels.length % 2 === 0 && panels.length < 6 ? 12 : 8;
  for (const panel of panels) builder.withPanel(panelBuilder(panel).span(width));
};

const panelBuilder = (panel: Panel): LinesBuilder | StatesBuilder => {
  const builder = panel.unit === 'yes or no' ? statesBuilder() : linesBuilder(panel);
  builder
    .title(panel.title)
    .description(describe(panel))
    .datasource(dataSource)
    .unit(units[panel.unit])
    .thresholds(thresholdsOf(panel))
    .height(8)
    .legend(
      new common.VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom),
    );
  for (const [n, { expr, legend }] of panel.queries.entries())
    builder.withTarget(
      new DataqueryBuilder()
        .datasource(dataSource)
        .refId('ABCDEF'.charAt(n))
        .expr(expr)
        .legendFormat(legend)
        .range(),
    );
  return builder;
};

const linesBuilder = ({ threshold }: Panel) =>
  new LinesBuilder()
    .min(0)
    .fillOpacity(10)
    .showPoints(common.VisibilityMode.Never)
    .tooltip(
      new common.VizTooltipOptionsBuilder()
        .mode(common.TooltipDisplayMode.Multi)
        .sort(common.SortOrder.Descending),
    )
    .thresholdsStyle(
      new common.GraphThresholdsStyleConfigBuilder().mode(
        threshold === undefined
          ? common.GraphThresholdsStyleMode.Off
          : common.GraphThresholdsStyleMode.Dashed,
      ),
    );

/** A bar for each line: green while the value is 1, red while it is 0. */
const statesBuilder = () =>
  new StatesBuilder().colorScheme(
    new grafana.FieldColorBuilder().mode(grafana.FieldColorModeId.Thresholds),
  );

const thresholdsOf = ({ threshold }: Panel) => {
  const { above, below } = threshold ?? {};
  const steps: grafana.Threshold[] =
    below === undefined
      ? [{ value: null, color: 'green' }]
      : [
          { value: null, color: 'red' },
          { value: below, color: 'green' },
        ];
  if (above !== undefined) steps.push({ value: above, color: 'red' });
  return new grafana.ThresholdsConfigBuilder().mode(grafana.ThresholdsMode.Absolute).steps(steps);
};
