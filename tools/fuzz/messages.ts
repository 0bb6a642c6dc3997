import { ScalarType, type DescField, type DescMessage, type JsonValue } from '@bufbuild/protobuf';
import * as fc from 'fast-check';

/** A value as JSON, in which `undefined` leaves the field out. */
type Json = fc.Arbitrary<JsonValue>;

// Long enough for what is inside of one field; longer ones are what the attacks on loms send.
const mostLevels = 3;

const texts = fc.oneof(
  fc.constantFrom(
    ...['', ' ', '\u0000', '\ud800', '%', "'; --", '../..', 'x'.repeat(10_000), 'ключ', '🛫'],
    ...['SVO', 'LED', 'GDX', 'SU', 'ZZZ', '09:30', '24:00', '2099-05-01', '2020-05-01'],
    ...['2099-02-30', '0000-00-00', '9999-12-31', '2026-11-30', 'bag', 'box+film'],
    ...['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '00000000-0000-0000-0000-000000000000'],
    ...['01970000-0000-7000-8000-000000000001', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'],
  ),
  fc.string({ maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 30 }),
);

const numbers = fc.oneof(
  fc.constantFrom<JsonValue>(
    0,
    1,
    -1,
    0.5,
    7,
    1e3,
    1e308,
    2 ** 31 - 1,
    2 ** 31,
    2 ** 53,
    -(2 ** 53),
  ),
  fc.constantFrom<JsonValue>('1', '9223372036854775807', '-9223372036854775808', '1e3', 'NaN', ''),
  fc.integer(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
);

const moments = fc.constantFrom<JsonValue>(
  ...['2099-05-01T00:00:00Z', '2026-11-30T23:59:60Z', '0001-01-01T00:00:00Z', 'x', ''],
  ...['9999-12-31T23:59:59.999999999Z', '10000-01-01T00:00:00Z', '2026-01-01', 0],
);

const wrong: Json = fc.oneof(
  fc.constantFrom<JsonValue>(null, true, [], {}, [[]], [null], { value: 1 }),
  fc.jsonValue({ maxDepth: 2 }) as Json,
);

const userIds = fc.constantFrom('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '7', 7);

/** Values of the right form, by the name of the field, so that some messages pass all checks. */
const plausible: Readonly<Record<string, Json>> = {
  user_id: userIds,
  from: fc.constantFrom('SVO', 'LED'),
  to: fc.constantFrom('LED', 'GDX'),
  date: fc.constantFrom('2099-05-01', '2099-02-30', '2020-05-01'),
  time: fc.constantFrom('09:30', '23:59'),
  airline: fc.constantFrom('SU', 'S7'),
  package: fc.constantFrom('bag', 'box+film', 'tape'),
  page_size: fc.constantFrom(1, 1_000),
  page_token: fc.constant(''),
};

const scalarOf = (type: ScalarType): Json => {
  if (type === ScalarType.BOOL) return fc.boolean();
  return type === ScalarType.STRING || type === ScalarType.BYTES ? texts : numbers;
};

const messageIn = (desc: DescMessage, level: number): Json => {
  if (desc.typeName === 'google.protobuf.Timestamp') return moments;
  return level < mostLevels ? messageLike(desc, level + 1) : fc.constant({});
};

const listOf = (field: DescField & { fieldKind: 'list' }, level: number): Json => {
  const one = field.message
    ? messageIn(field.message, level)
    : scalarOf(field.scalar ?? ScalarType.INT32);
  return fc.oneof(
    { weight: 6, arbitrary: fc.array(one, { maxLength: 4 }) },
    { weight: 1, arbitrary: one.map((each) => new Array<JsonValue>(3_000).fill(each)) },
  );
};

const valueOf = (field: DescField, level: number): Json => {
  switch (field.fieldKind) {
    case 'scalar':
      return scalarOf(field.scalar);
    case 'enum':
      return fc.constantFrom<JsonValue>(...field.enum.values.map(({ name }) => name), 99, -1, 'X');
    case 'message':
      return messageIn(field.message, level);
    case 'list':
      return listOf(field, level);
    case 'map':
      return fc.constant({});
  }
};

const fieldsOf = (desc: DescMessage, level: number, weights: readonly [number, number, number]) =>
  Object.fromEntries(
    desc.fields.map((field) => {
      const hostile = valueOf(field, level);
      const right = plausible[field.name] ?? hostile;
      const all = [right, hostile, wrong];
      return [
        field.name,
        fc.oneof(...all.map((arbitrary, i) => ({ arbitrary, weight: weights[i] ?? 1 }))),
      ];
    }),
  );

/** JSON that resembles a message: with most values right, or with many wrong, absent or unknown ones. */
export const messageLike = (desc: DescMessage, level = 0): Json =>
  fc.oneof(
    fc.record(fieldsOf(desc, level, [30, 1, 1]), { noNullPrototype: true }),
    fc.record(
      { ...fieldsOf(desc, level, [4, 12, 1]), unknown_field: fc.constant(1) },
      { requiredKeys: [], noNullPrototype: true },
    ),
  );
