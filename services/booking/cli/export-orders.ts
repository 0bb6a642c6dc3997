import { ReportFormat, type ExportReportResponse } from '#gen/booking/v1/booking_pb.ts';
import { backoffMs } from '#platform/base/backoff.ts';
import { CommandFailure } from '#platform/cli/command-failure.ts';
import { Code, ConnectError } from '@connectrpc/connect';
import type { BookingCli } from './context.ts';
import {
  openReportFile,
  openReportOutput,
  type Complete,
  type ReportKey,
  type ReportSink,
} from './report-file.ts';
import type { ReportProgress } from './report-progress.ts';

export interface ExportOptions {
  from: string;
  to: string;
  format: 'csv' | 'jsonl';
  /** Absent: to stdout. */
  output?: string;
}

// A report takes as long as it takes, but the server tells how far it is more often than this.
const idleMs = 60_000;
const noDeadline = 0;
const mostBreaks = 5;
const pause = { firstMs: 1_000, maxMs: 16_000 };

/**
 * Writes the orders of a period to a file, or to stdout. A file goes on after a break, day by day: within this command a
 * few times, and when the same command is run again.
 */
export const exportOrders = async (cli: BookingCli, options: ExportOptions): Promise<void> => {
  const { from, to, format, output } = options;
  const key = { from, to, format };
  const sink =
    output === undefined ? openReportOutput(process.stdout) : await openReportFile(output, key);
  const progress = cli.openProgress();
  const task: Task = { cli, key, sink, progress, done: sink.found };
  try {
    if (sink.found.daysDone > 0)
      progress.note(`${daysWords(sink.found)} are there already; the report goes on after them.`);
    await receiveAll(task);
    await sink.finish();
  } finally {
    progress.close();
    await sink.close();
  }
  const { orders } = task.done;
  const where = output ?? 'stdout';
  const words = cli.isJson
    ? JSON.stringify({ orders, output: where }, null, 2)
    : `${orders} orders are in ${where}.`;
  (output === undefined ? cli.note : cli.say)(words);
};

interface Task {
  cli: BookingCli;
  key: ReportKey;
  sink: ReportSink;
  progress: ReportProgress;
  done: Complete;
}

const daysWords = ({ daysDone, orders }: Complete): string =>
  `${daysDone} ${daysDone === 1 ? 'day' : 'days'} with ${orders} orders`;

/** Receives the days that are missing; after a break those that are still missing. */
const receiveAll = async (task: Task): Promise<void> => {
  const { cli, sink, progress } = task;
  for (let breaks = 0; ;) {
    const before = task.done;
    const attempt = { hasBegun: false };
    try {
      await receive(task, attempt);
      return;
    } catch (error) {
      breaks = task.done === before ? breaks + 1 : 1;
      // a server that has never answered may be the wrong one
      const hasBegun = attempt.hasBegun || task.done.daysDone > 0 || breaks > 1;
      if (!hasBegun || !isBreak(error)) throw error;
      if (sink.rewind === undefined || breaks > mostBreaks) throw brokenOff(task, error);
      await sink.rewind();
      const waitMs = backoffMs(breaks, pause);
      progress.note(
        `The connection broke (${ConnectError.from(error).rawMessage}); the report goes on in ${(waitMs / 1_000).toFixed(1)} s.`,
      );
      await cli.sleep(waitMs);
    }
  }
};

/** Whether the same call may succeed: nobody has answered to the end, or the server asks to come again. */
const isBreak = (error: unknown): boolean =>
  error instanceof ConnectError &&
  ![
    Code.InvalidArgument,
    Code.Unauthenticated,
    Code.PermissionDenied,
    Code.Unimplemented,
    Code.NotFound,
  ].includes(error.code);

const brokenOff = ({ sink, done }: Task, error: unknown): CommandFailure => {
  const what = `The report broke off (${ConnectError.from(error).rawMessage})`;
  return new CommandFailure(
    sink.rewind === undefined
      ? `${what}. With --output it could go on.`
      : `${what}; ${daysWords(done)} are kept. Run the same command again: it goes on after them.`,
  );
};

/** Makes one call for the days that are missing, and writes its lines. */
const receive = async (task: Task, attempt: { hasBegun: boolean }): Promise<void> => {
  const { cli, key, sink, progress, done: before } = task;
  const total = daysBetween(key.from, key.to) + 1;
  const missing = total - before.daysDone;
  // only the last step of an earlier attempt is missing
  if (before.daysDone > 0 && missing === 0) return;
  const request = {
    from: dayAfter(key.from, before.daysDone),
    to: key.to,
    format: key.format === 'jsonl' ? ReportFormat.JSONL : ReportFormat.CSV,
  };
  let isFirst = true;
  for await (const piece of whileLively(cli, request)) {
    attempt.hasBegun = true;
    await sink.write(isFirst && before.daysDone > 0 ? withoutHeader(key, piece) : piece.lines);
    isFirst = false;
    const received = before.orders + Number(piece.ordersSent);
    const daysDone = before.daysDone + piece.daysDone;
    if (daysDone > task.done.daysDone) {
      await sink.keep({ daysDone, orders: received });
      task.done = { daysDone, orders: received };
    }
    progress.counted({
      received,
      gathered: before.orders + Number(piece.ordersGathered),
      progress: (before.daysDone + piece.progress * missing) / total,
    });
  }
  if (task.done.daysDone < total)
    throw new ConnectError('the answer ended before the last day', Code.Unavailable);
};

/** The pieces of a call that is given up when nothing comes for a while. */
const whileLively = async function* (
  { client }: BookingCli,
  request: Parameters<BookingCli['client']['exportReport']>[0],
): AsyncGenerator<ExportReportResponse> {
  const idle = new AbortController();
  const timer = setTimeout(() => {
    idle.abort(new ConnectError(`nothing came for ${idleMs / 1_000} s`, Code.Unavailable));
  }, idleMs);
  const limits = { signal: idle.signal, timeoutMs: noDeadline };
  try {
    for await (const piece of client.exportReport(request, limits)) {
      yield piece;
      timer.refresh();
    }
  } finally {
    clearTimeout(timer);
  }
};

const lineFeed = 0x0a;

/** The file has the names of the columns already. */
const withoutHeader = ({ format }: ReportKey, { lines }: ExportReportResponse): Uint8Array =>
  format === 'csv' ? lines.subarray(lines.indexOf(lineFeed) + 1) : lines;

const dayMs = 86_400_000;

const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(to) - Date.parse(from)) / dayMs);

const dayAfter = (day: string, days: number): string =>
  new Date(Date.parse(day) + days * dayMs).toISOString().slice(0, 10);
