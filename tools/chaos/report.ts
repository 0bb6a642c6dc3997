import { cpus, totalmem } from 'node:os';
import { isFine, type Outcome } from './run.ts';
import type { SystemWords } from './system.ts';

/** One run of all the faults of a system. */
export interface Run {
  seed: number;
  minutes: number;
  outcomes: readonly Outcome[];
}

export interface ReportFacts {
  words: SystemWords;
  ordersPerSecond: number;
  /** How long faults lasted, as a share of their usual duration. */
  share: number;
  run: Run;
  /** The runs on the same code that directly preceded this one. */
  before: readonly Run[];
}

interface Column {
  title: string;
  /** Returns undefined in systems that have no such value; their reports leave the column out. */
  of: (outcome: Outcome) => number | undefined;
  /** The value is an integer, and the report adds up the column. */
  isCount?: boolean;
}

const count = (title: string, of: Column['of']): Column => ({ title, of, isCount: true });

const columns: readonly Column[] = [
  count('events', ({ events }) => events),
  count('lost', ({ lost }) => lost),
  count('out of order', ({ outOfOrder }) => outOfOrder),
  count('foreign', ({ foreign }) => foreign),
  count('again', ({ again }) => again),
  count('told twice', ({ toldTwice }) => toldTwice),
  count('FAILED', ({ failed }) => failed),
  count('taken back', ({ takenBack }) => takenBack),
  count('refused', ({ errors }) => errors),
  { title: 'flow', of: ({ flowSeconds }) => flowSeconds },
  { title: 'settled', of: ({ settleSeconds }) => settleSeconds },
];

/** Formats a run on one system as a Markdown section. */
export const formatSection = (facts: ReportFacts): string => {
  const { words, ordersPerSecond, share, run, before } = facts;
  const { seed, minutes, outcomes } = run;
  const length = share === 1 ? '' : ` Faults lasted ${share} times as long as they say.`;
  const day = new Date().toISOString().slice(0, 10);
  const machine = `${cpus().length} cores (${cpus()[0]?.model ?? '?'}), ${Math.round(totalmem() / 2 ** 30)} GiB`;
  const faults = outcomes.flatMap(({ title, faults: found }) =>
    found.map((fault) => `- ${title}: ${fault}`),
  );
  return `## ${words.heading}

${day}, ${machine}, everything on one machine, ${minutes.toFixed(1)} minutes, seed ${seed}.${length}

${words.intro(ordersPerSecond)}

${tableOf(outcomes)}

${words.notes}

${faults.length === 0 ? 'Nothing was found.' : `Found:\n\n${faults.join('\n')}`}
${before.length === 0 ? '' : inARow([...before, run])}`;
};

/** Replaces the section that has the same heading, and keeps the rest of the report. */
export const replaceSection = (report: string, section: string): string => {
  const [heading = ''] = section.split('\n', 1);
  const start = report.indexOf(`${heading}\n`);
  if (start < 0) throw new Error(`The report has no section "${heading}".`);
  const next = report.indexOf('\n## ', start);
  return `${report.slice(0, start)}${section}${next < 0 ? '' : report.slice(next)}`;
};

const tableOf = (outcomes: readonly Outcome[]): string => {
  const shown = columnsOf(outcomes);
  const rows = [
    ['fault', 'orders/s', ...shown.map(({ title }) => title)],
    ['-', '-:', ...shown.map(() => '-:')],
    ...outcomes.map((outcome) => rowOf(outcome, shown)),
    ['**all**', '', ...shown.map((column) => totalOf(outcomes, column))],
  ];
  return formatTable(rows);
};

const columnsOf = (outcomes: readonly Outcome[]): Column[] =>
  columns.filter(({ of }) => outcomes.some((outcome) => of(outcome) !== undefined));

const formatTable = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => `| ${row.join(' | ')} |`).join('\n');

/** Formats the totals of consecutive runs; the table above it shows the faults of the last one. */
const inARow = (runs: readonly Run[]): string => {
  const counted = columnsOf(runs.flatMap(({ outcomes }) => outcomes)).filter(
    ({ isCount = false }) => isCount,
  );
  const rows = [
    ['seed', 'minutes', 'faults', ...counted.map(({ title }) => title)],
    Array<string>(counted.length + 3).fill('-:'),
    ...runs.map(({ seed, minutes, outcomes }) => [
      String(seed),
      minutes.toFixed(1),
      String(outcomes.filter(({ missing }) => missing === undefined).length),
      ...counted.map((column) => totalOf(outcomes, column)),
    ]),
  ];
  return `\n${runs.length} runs in a row, the last one above:\n\n${formatTable(rows)}\n`;
};

const rowOf = (outcome: Outcome, shown: readonly Column[]): string[] => {
  const { title, missing, ordersPerSecond } = outcome;
  if (missing !== undefined)
    return [`${title} (not run: ${missing})`, ...Array<string>(shown.length + 1).fill('–')];
  const cells = shown.map(({ of, isCount = false }) => {
    const value = of(outcome) ?? 0;
    if (isCount) return String(value);
    return isFine(outcome) ? value.toFixed(1) : 'see below';
  });
  return [title, ordersPerSecond.toFixed(0), ...cells];
};

const totalOf = (outcomes: readonly Outcome[], { of, isCount = false }: Column): string =>
  isCount ? String(outcomes.reduce((sum, outcome) => sum + (of(outcome) ?? 0), 0)) : '';
