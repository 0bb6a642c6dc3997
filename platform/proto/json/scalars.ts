import { ScalarType } from '@bufbuild/protobuf';
import { toInteger } from './integer.ts';
import { isJsonNumber } from './json-node.ts';

type Read = (json: unknown) => unknown;

interface ScalarRule {
  /** Returns undefined when the JSON value does not fit. */
  read: Read;
  /** Follows "must be". */
  expected: string;
}

/** Returns how to read a scalar by protobuf's JSON mapping; numbers may also be strings of digits. */
export const scalarRule = (type: ScalarType): ScalarRule => rules[type];

/** Writes a scalar. 64-bit integers become numbers; one beyond 2^53-1 is a bug, and throws. */
export const writeScalar = (value: unknown): string | number | boolean => {
  if (typeof value === 'bigint') return writeBigInt(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return value as string | number | boolean;
};

const writeBigInt = (value: bigint): number => {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw new RangeError(`${value} does not fit into a JSON number (2^53-1); refuse it earlier`);
};

const integer = (bits: 31 | 32): ScalarRule => {
  const [min, max] = bits === 32 ? [0, 2 ** 32 - 1] : [-(2 ** 31), 2 ** 31 - 1];
  return {
    read: (json) => {
      const value = toInteger(json);
      return value === undefined || value < min || value > max ? undefined : Number(value);
    },
    expected: `an integer from ${min} to ${max}`,
  };
};

const bigInteger = (isSigned: boolean): ScalarRule => {
  const min = isSigned ? -(2n ** 63n) : 0n;
  const max = isSigned ? 2n ** 63n - 1n : 2n ** 64n - 1n;
  return {
    read: (json) => {
      const value = toInteger(json);
      return value === undefined || value < min || value > max ? undefined : BigInt(value);
    },
    expected: `an integer from ${min} to ${max}, beyond 2^53-1 as a string of digits`,
  };
};

const specialNumbers = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);
const decimal = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;

/** What a smaller type would round to infinity does not fit into it. */
const real = (round: (value: number) => number, expected: string): ScalarRule => ({
  read: (json) => {
    if (typeof json === 'string' && specialNumbers.has(json)) return specialNumbers.get(json);
    const value = toReal(json);
    return value !== undefined && Number.isFinite(round(value)) ? value : undefined;
  },
  expected,
});

const toReal = (json: unknown): number | undefined => {
  if (typeof json === 'number') return json;
  if (isJsonNumber(json)) return Number(json.text);
  return typeof json === 'string' && decimal.test(json) ? Number(json) : undefined;
};

const base64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

/** In either alphabet, with or without padding. */
const isBase64 = (text: string): boolean =>
  base64.test(text) && text.length % 4 !== 1 && (!text.endsWith('=') || text.length % 4 === 0);

const bytes: ScalarRule = {
  read: (json) =>
    typeof json === 'string' && isBase64(json)
      ? new Uint8Array(Buffer.from(json, 'base64'))
      : undefined,
  expected: 'bytes as base64',
};

const text: ScalarRule = {
  read: (json) => (typeof json === 'string' && json.isWellFormed() ? json : undefined),
  expected: 'a string of well-formed Unicode',
};

const bool: ScalarRule = {
  read: (json) => (typeof json === 'boolean' ? json : undefined),
  expected: 'true or false',
};

const rules: Record<ScalarType, ScalarRule> = {
  [ScalarType.INT32]: integer(31),
  [ScalarType.SINT32]: integer(31),
  [ScalarType.SFIXED32]: integer(31),
  [ScalarType.UINT32]: integer(32),
  [ScalarType.FIXED32]: integer(32),
  [ScalarType.INT64]: bigInteger(true),
  [ScalarType.SINT64]: bigInteger(true),
  [ScalarType.SFIXED64]: bigInteger(true),
  [ScalarType.UINT64]: bigInteger(false),
  [ScalarType.FIXED64]: bigInteger(false),
  [ScalarType.FLOAT]: real(Math.fround, 'a number that fits into 32 bits'),
  [ScalarType.DOUBLE]: real((value) => value, 'a number'),
  [ScalarType.BOOL]: bool,
  [ScalarType.STRING]: text,
  [ScalarType.BYTES]: bytes,
};
