/** How values of a panel are written. */
export type Unit = 'count' | 'per second' | 'seconds' | 'bytes' | 'share' | 'yes or no';

export interface Query {
  /** PromQL; `$__rate_interval` and `$job` are filled in by what shows it. */
  expr: string;
  /** The name of a line, in which `{{label}}` is the label's value. */
  legend: string;
}

/** Where an alert begins; the line in the panel is the alert's. */
export interface Threshold {
  alert: string;
  above?: number;
  below?: number;
}

export interface Panel {
  title: string;
  /** A sentence: what is normal, and what it means when it is not so. */
  description: string;
  unit: Unit;
  queries: readonly Query[];
  threshold?: Threshold;
  /** Further alerts that look at the same thing. */
  alerts?: readonly string[];
}

export interface Row {
  /** The first row of a dashboard needs none. */
  title?: string;
  panels: readonly Panel[];
}

/** One dashboard, from which those of Grafana and of vmui are made. */
export interface Dashboard {
  /** The name of its files, and its address in Grafana. */
  name: string;
  title: string;
  description: string;
  /** Whether its queries have the variable `$job`: the services to be shown. */
  hasJobs?: boolean;
  rows: readonly Row[];
}

/** The names of the alerts to which a panel belongs. */
export const alertsOf = ({ threshold, alerts = [] }: Panel): string[] => [
  ...(threshold ? [threshold.alert] : []),
  ...alerts,
];

/** The description, with the pages of the alerts to which the panel belongs. */
export const describe = (panel: Panel): string => {
  const pages = alertsOf(panel).map((alert) => `${alert} (docs/runbooks/${alert}.md)`);
  if (pages.length === 0) return panel.description;
  return `${panel.description}\n\n${pages.length === 1 ? 'Alert' : 'Alerts'}: ${pages.join(', ')}`;
};
