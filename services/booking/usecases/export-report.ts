import { daysOf, type Period, type ReportDay } from '../domain/report-days.ts';

export type ReportFormat = 'CSV' | 'JSONL';

/** Some lines of a report, each with its end. */
export interface ReportLines {
  readonly lines: string;
  readonly orders: number;
  readonly lastId: string;
}

export interface DayProgress {
  readonly isDone: boolean;
  /** How many orders were gathered of the day, and of all days. */
  readonly orders: number;
  readonly ofAllDays: number;
}

export interface ExportReportDeps {
  /** Begins to gather the days, in this process and in others; returns the id of the run. */
  beginReport: (days: readonly ReportDay[]) => Promise<string>;
  findDayProgress: (runId: string, day: string) => Promise<DayProgress>;
  /** Gathers some orders of whichever report; false when there is nothing that others do not gather already. */
  gatherPage: () => Promise<boolean>;
  readLines: (
    format: ReportFormat,
    range: Pick<ReportDay, 'afterId' | 'endId'>,
  ) => Promise<ReportLines | undefined>;
  /** The first line of a CSV. */
  csvHeader: string;
  /** Resolves after a moment, or when the signal aborts. */
  pause: (signal: AbortSignal) => Promise<void>;
}

export interface ReportWanted extends Period {
  readonly format: ReportFormat;
}

/** A piece of a report; one without lines only says how far it is. */
export interface ReportPiece {
  readonly lines: string;
  readonly daysDone: number;
  readonly ordersSent: number;
  readonly ordersGathered: number;
  /** From 0 to 1. */
  readonly progress: number;
}

/**
 * Gathers the orders of a period and gives their lines, day by day: a day's lines follow when the day is gathered, while
 * other processes gather later ones. What was gathered stays, and is done no second time, when this call breaks off. No
 * more than one piece is held in memory.
 */
export const exportReport = (deps: ExportReportDeps) =>
  async function* (
    { format, ...period }: ReportWanted,
    { signal }: { signal: AbortSignal },
  ): AsyncGenerator<ReportPiece> {
    const days = daysOf(period);
    const runId = await deps.beginReport(days);
    let sent = { daysDone: 0, ordersSent: 0, ordersGathered: 0, progress: 0 };
    yield { ...sent, lines: format === 'CSV' ? deps.csvHeader : '' };
    for (const day of days) {
      let known = await deps.findDayProgress(runId, day.day);
      while (!known.isDone) {
        signal.throwIfAborted();
        if (!(await deps.gatherPage())) await deps.pause(signal);
        known = await deps.findDayProgress(runId, day.day);
        yield { ...sent, ordersGathered: known.ofAllDays, lines: '' };
      }
      sent = { ...sent, ordersGathered: known.ofAllDays };
      for await (const { lines, orders, ofDay } of linesOf(deps, format, day)) {
        sent = { ...sent, ordersSent: sent.ordersSent + orders };
        const share = Math.min(1, ofDay / known.orders);
        yield { ...sent, progress: (sent.daysDone + share) / days.length, lines };
      }
      const daysDone = sent.daysDone + 1;
      sent = { ...sent, daysDone, progress: daysDone / days.length };
      yield { ...sent, lines: '' };
    }
  };

/** The lines of a day, page by page, with the number of orders so far. */
const linesOf = async function* (
  { readLines }: ExportReportDeps,
  format: ReportFormat,
  { afterId, endId }: ReportDay,
): AsyncGenerator<ReportLines & { ofDay: number }> {
  let ofDay = 0;
  for (let after = afterId; ;) {
    const page = await readLines(format, { afterId: after, endId });
    if (page === undefined) return;
    ofDay += page.orders;
    after = page.lastId;
    yield { ...page, ofDay };
  }
};
