/** A count, with marks between the thousands. */
export const countText = (count: number | string): string => Number(count).toLocaleString('en');

/** A rate in words; a dash where it is not known. */
export const rateText = (perSecond: number | undefined): string => {
  if (perSecond === undefined) return '– /s';
  const digits = perSecond > 0 && perSecond < 10 ? 1 : 0;
  return `${perSecond.toLocaleString('en', { maximumFractionDigits: digits })}/s`;
};

/** A noun with its count. */
export const counted = (count: number, noun: string, nouns = `${noun}s`): string =>
  `${countText(count)} ${count === 1 ? noun : nouns}`;
