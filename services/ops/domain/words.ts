const units = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
] as const;

/** Formats a duration for people: `3 ms`, `4.2 s`, `12 min`, `3 h`, `2 d`. */
export const durationWords = (seconds: number): string => {
  if (seconds < 1) return `${Math.max(0, Math.round(seconds * 1_000))} ms`;
  const [unit, size] = units.find(([, each]) => seconds >= each) ?? ['s', 1];
  const digits = unit === 's' && seconds < 10 ? 1 : 0;
  return `${(seconds / size).toFixed(digits)} ${unit}`;
};

/** Formats a time for people, in UTC, which it says; without the date when it was today. */
export const momentWords = (moment: Date, now: Date): string => {
  const [day = '', time = ''] = moment.toISOString().split('T');
  const isToday = now.toISOString().startsWith(day);
  return `${isToday ? '' : `${day} `}${time.slice(0, 5)} UTC`;
};

/** Formats a count: `1 row`, `2 rows`. */
export const countWords = (count: number, noun: string, nouns = `${noun}s`): string =>
  `${count} ${count === 1 ? noun : nouns}`;

/** What operators do, as `ops.operations` has it. */
export const operationNames = [
  'redrive',
  'discard',
  'replay',
  'redrive-dead-letters',
  'discard-dead-letter',
  'edit-dead-letter',
  'ignore',
] as const;

export type OperationName = (typeof operationNames)[number];
