import { InvalidArgumentError } from 'commander';
import { parseDuration } from '#platform/base/config.ts';

const howTo = 'Give 2026-11-21T14:00Z, 2026-11-21, 14:00 (today, UTC) or 15m, 2h, 3d (ago).';

/** Parses a time as people write it; without a zone it is UTC. Throws an error that commander shows. */
export const parseMoment = (text: string, now: Date): Date => {
  const agoMs = parseDuration(text);
  if (agoMs !== undefined) return agoFrom(now, agoMs);
  const today = now.toISOString().slice(0, 10);
  if (/^\d{2}:\d{2}(:\d{2})?$/.test(text)) return dateOf(`${today}T${text}Z`);
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return dateOf(`${text}T00:00Z`);
  if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?$/.test(text)) return dateOf(`${text}Z`);
  if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/.test(text))
    return dateOf(text);
  throw new InvalidArgumentError(howTo);
};

const agoFrom = (now: Date, agoMs: number): Date => {
  const date = new Date(now.getTime() - agoMs);
  if (Number.isNaN(date.getTime())) throw new InvalidArgumentError(howTo);
  return date;
};

const dateOf = (text: string): Date => {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw new InvalidArgumentError(howTo);
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

export const parseSequence = (text: string): bigint => {
  if (/^[1-9]\d{0,17}$/.test(text)) return BigInt(text);
  throw new InvalidArgumentError('A sequence is a whole number from 1 on.');
};

/** Parses an order id, or any other key of an outbox. */
export const parseKey = (text: string): string => {
  if (text.trim() !== '' && text.length <= 200) return text;
  throw new InvalidArgumentError('An order id has 1 to 200 characters.');
};
