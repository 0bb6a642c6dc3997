import { AppError } from '#platform/base/errors.ts';

/** A day (UTC) of a report. The time in an order's id, a UUID v7, says of which day it is. */
export interface ReportDay {
  /** YYYY-MM-DD. */
  readonly day: string;
  /** Less than the ids of the day's orders, and not less than those of the day before. */
  readonly afterId: string;
  /** Greater than the ids of the day's orders. */
  readonly endId: string;
}

/** The first and the last day, YYYY-MM-DD. */
export interface Period {
  readonly from: string;
  readonly to: string;
}

const dayMs = 86_400_000;
const mostDays = 366;

/** The days of a period, the first one first. Refuses a day that does not exist, and more than 366 of them. */
export const daysOf = ({ from, to }: Period): ReportDay[] => {
  const firstMs = startOf(from, 'from');
  const lastMs = startOf(to, 'to');
  const count = Math.round((lastMs - firstMs) / dayMs) + 1;
  if (count > mostDays)
    throw new AppError('invalid', 'period-too-long', `A report has ${mostDays} days at the most.`, {
      field: 'to',
    });
  return Array.from({ length: count }, (_, index) => {
    const startMs = firstMs + index * dayMs;
    const day = new Date(startMs).toISOString().slice(0, 10);
    return { day, afterId: leastId(startMs), endId: leastId(startMs + dayMs) };
  });
};

const startOf = (day: string, field: string): number => {
  const start = new Date(`${day}T00:00:00Z`);
  // JavaScript takes 30 February for 2 March
  if (!Number.isNaN(start.getTime()) && start.toISOString().startsWith(day)) return start.getTime();
  throw new AppError('invalid', 'date-wrong', `There is no day ${day}.`, { field });
};

/** Not greater than any UUID v7 of this millisecond, and no UUID v7 itself. */
const leastId = (ms: number): string => {
  // before 1970 there are no ids
  const hex = Math.max(0, ms).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
};
