import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import type { Figure } from './outbox/bench.ts';
import { figuresTable } from './outbox/figures.ts';

export interface FiguresReport {
  /** The name of the bench, as in `bench/results/<name>.md`. */
  name: string;
  figures: readonly Figure[];
  /** What the figures mean. It follows the line with the date, the machine and the duration in minutes. */
  notes: string;
  startedMs: number;
  /** Only some of the figures were measured, so they are printed but not written to the file. */
  isPartial?: boolean;
}

/** Prints a bench's figures, and writes them to its file when they are complete. */
export const reportFigures = async (report: FiguresReport): Promise<void> => {
  const { name, startedMs, isPartial = false } = report;
  const table = figuresTable(report.figures);
  const minutes = ((performance.now() - startedMs) / 60_000).toFixed(1);
  const notes = `${dateAndMachine()}, everything on one machine, ${minutes} minutes.\n${report.notes}`;
  console.log(`\n${table}\n\n${notes}`);
  if (isPartial) {
    console.log('\nnot written to bench/results: a whole run is');
    return;
  }
  await mkdir('bench/results', { recursive: true });
  const text = `# bench-${name}\n\n${notes}\n\n\`\`\`\n${table}\n\`\`\`\n`;
  await writeFile(`bench/results/${name}.md`, text);
};

/** The date and the machine of a measurement, e.g. `2026-11-21, 2 cores (…), 24 GiB`. */
export const dateAndMachine = (): string => {
  const memory = Math.round(totalmem() / 2 ** 30);
  const cores = `${cpus().length} cores (${cpus()[0]?.model ?? '?'})`;
  return `${new Date().toISOString().slice(0, 10)}, ${cores}, ${memory} GiB`;
};
