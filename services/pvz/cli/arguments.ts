import { InvalidArgumentError } from 'commander';

/** Parses the id of an order or a user: a whole number from 1 to 2^53-1. */
export const parseId = (text: string): bigint => {
  const isId = /^[1-9]\d{0,15}$/.test(text) && BigInt(text) <= BigInt(Number.MAX_SAFE_INTEGER);
  if (isId) return BigInt(text);
  throw new InvalidArgumentError(`An id is a whole number from 1 to ${Number.MAX_SAFE_INTEGER}.`);
};

/** Parses one more of several ids. */
export const parseIds = (text: string, before: readonly bigint[] | undefined): bigint[] => [
  ...(before ?? []),
  parseId(text),
];

export const parseWeight = (text: string): number => {
  const weight = /^\d{1,9}(\.\d{1,6})?$/.test(text) ? Number(text) : 0;
  if (weight > 0) return weight;
  throw new InvalidArgumentError('Give kilograms, e.g. 2.5.');
};

const highestPrice = 1_000_000_000;

export const parsePrice = (text: string): number => {
  const price = /^\d{1,10}(\.\d{1,2})?$/.test(text) ? Number(text) : 0;
  if (price > 0 && price <= highestPrice) return price;
  throw new InvalidArgumentError('Give rubles, e.g. 100 or 99.90, up to a billion.');
};
