import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../base/config.ts';

/** Whether a length of time, e.g. `2h`, counts back from now or forward. */
export type Direction = 'ago' | 'from now';

const howToWrite = (direction: Direction): string =>
  `Give 2026-11-21T14:00Z, 2026-11-21, 14:00 (today, UTC) or 15m, 2h, 3d (${direction}).`;

/** Parses a time as people write it; without a zone it is UTC. Throws an error that commander shows. */
export const parseMoment = (text: string, now: Date, direction: Direction = 'ago'): Date => {
  const howTo = howToWrite(direction);
  const lengthMs = parseDuration(text);
  if (lengthMs !== undefined) {
    return dateOf(now.getTime() + (direction === 'ago' ? -lengthMs : lengthMs), howTo);
  }
  const today = now.toISOString().slice(0, 10);
  if (/^\d{2}:\d{2}(:\d{2})?$/.test(text)) return dayOf(`${today}T${text}Z`, howTo);
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return dayOf(`${text}T00:00Z`, howTo);
  if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?$/.test(text))
    return dayOf(`${text}Z`, howTo);
  if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/.test(text))
    return dayOf(text, howTo);
  throw new InvalidArgumentError(howTo);
};

const dateOf = (time: number | string, howTo: string): Date => {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) throw new InvalidArgumentError(howTo);
  return date;
};

const dayOf = (text: string, howTo: string): Date => {
  const date = dateOf(text, howTo);
  // Date accepts 30 February as 2 March
  const hasZone = /[+-]\d{2}:\d{2}$/.test(text);
  if (!hasZone && !date.toISOString().startsWith(text.slice(0, 10)))
    throw new InvalidArgumentError(`There is no such day. ${howTo}`);
  return date;
};

/** Parses a whole number from 1 on. */
export const parseCount =
  (most: number) =>
  (text: string): number => {
    const count = /^\d{1,9}$/.test(text) ? Number(text) : 0;
    if (count >= 1 && count <= most) return count;
    throw new InvalidArgumentError(`Give a whole number from 1 to ${most}.`);
  };
