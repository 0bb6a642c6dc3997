import { formatTable } from '../../tools/demo/table.ts';
import type { Figure } from './bench.ts';

/** A figure without a target. */
export const plain = (what: string, value: number, digits = 0): Figure => ({
  what,
  value: value.toFixed(digits),
});

export const atMost = (figure: Figure, limit: number): Figure => ({
  ...figure,
  wanted: `≤ ${limit}`,
  isMet: Number(figure.value) <= limit,
});

export const atLeast = (figure: Figure, limit: number): Figure => ({
  ...figure,
  wanted: `≥ ${limit}`,
  isMet: Number(figure.value) >= limit,
});

export const figuresTable = (figures: readonly Figure[]): string =>
  formatTable([
    ['', 'value', 'wanted', 'met'],
    ...figures.map(({ what, value, wanted = '', isMet }) => [what, value, wanted, wordFor(isMet)]),
  ]);

const wordFor = (isMet: boolean | undefined): string => {
  if (isMet === undefined) return '';
  return isMet ? 'yes' : 'no';
};
