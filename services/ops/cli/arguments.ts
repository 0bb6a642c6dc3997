import { InvalidArgumentError } from 'commander';

export const parseSequence = (text: string): bigint => {
  if (/^[1-9]\d{0,17}$/.test(text)) return BigInt(text);
  throw new InvalidArgumentError('A sequence is a whole number from 1 on.');
};

/** Parses an order id, or any other key of an outbox. */
export const parseKey = (text: string): string => {
  if (text.trim() !== '' && text.length <= 200) return text;
  throw new InvalidArgumentError('An order id has 1 to 200 characters.');
};
