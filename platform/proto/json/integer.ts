import { isJsonNumber } from './json-node.ts';

const digits = /^-?\d{1,20}$/;
const numeric = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;
// More than any sensible notation of a 64-bit integer needs.
const maxText = 1_000;
const maxDigits = 20;

/**
 * Reads an integer from JSON, written as `1`, `"1"`, `1.0` or `1e0`; undefined when it is none. A number (not
 * a string) beyond 2^53-1 is refused as well, because most programs that write or pass it on have rounded it.
 */
export const toInteger = (json: unknown): number | bigint | undefined => {
  // adding zero turns -0 into 0
  if (typeof json === 'number') return Number.isSafeInteger(json) ? json + 0 : undefined;
  if (typeof json === 'string') return digits.test(json) ? BigInt(json) : exactly(json);
  if (!isJsonNumber(json)) return undefined;
  const value = Number(exactly(json.text));
  return Number.isSafeInteger(value) ? value : undefined;
};

/** Reads the text without floating-point arithmetic, in which 1.00000000000000000001 would be 1. */
const exactly = (text: string): bigint | undefined => {
  const match = text.length > maxText ? null : numeric.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const all = (whole + fraction).replace(/^0+/, '');
  if (all === '') return 0n;
  // position of the decimal point, in digits from the first one of `all`
  const point = all.length + Number(exponent) - fraction.length;
  if (point > maxDigits || !/^0*$/.test(all.slice(Math.max(0, point)))) return undefined;
  return BigInt(sign + all.slice(0, point).padEnd(point, '0'));
};
