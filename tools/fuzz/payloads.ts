import { create, toBinary } from '@bufbuild/protobuf';
import * as fc from 'fast-check';
import { OrderCreateRequestSchema } from '#gen/loms/v1/loms_pb.ts';

/** User ids below this one belong to the valid requests alongside the attacks. */
export const firstAttacker = 1_000_000_000;

/** User ids from this one on belong to orders with an Idempotency-Key. */
export const firstKeyed = 2_000_000_000;

const attacker = fc.integer({ min: firstAttacker, max: firstKeyed - 1 });

/** Objects that resemble an order in places. */
const orderLike = fc.record(
  {
    user_id: fc.oneof(attacker, fc.anything()),
    userId: fc.oneof(attacker, fc.jsonValue()),
    items: fc.oneof(
      fc.array(fc.record({ sku: fc.oneof(fc.integer(), fc.anything()), count: fc.anything() })),
      fc.array(fc.constant({ sku: 1_076_963, count: 1 }), { maxLength: 2_000 }),
      fc.jsonValue(),
    ),
    order_id: fc.oneof(fc.integer(), fc.anything()),
    sku: fc.anything(),
    __proto__: fc.constant({ user_id: 1 }),
  },
  { requiredKeys: [] },
);

const toJson = (value: unknown): string => {
  try {
    return JSON.stringify(value, (_key, inner: unknown) =>
      typeof inner === 'bigint' ? inner.toString() : inner,
    );
  } catch {
    return 'null';
  }
};

const nested = fc
  .tuple(
    fc.constantFrom(
      ['[', ']'],
      ['{"items":', '}'],
      ['{"a":[', ']}'],
      ['{"user_id":{"items":', '}}'],
    ),
    fc.integer({ min: 1, max: 100_000 }),
  )
  .map(([[open = '', close = ''], depth]) => open.repeat(depth) + '1' + close.repeat(depth));

const huge = fc
  .tuple(
    fc.integer({ min: 1, max: 1_200_000 }),
    fc.constantFrom('0', '"', 'a', ' ', '\\u0000', '[],', '{},'),
  )
  .map(([size, unit]) => `{"items":[${unit.repeat(Math.ceil(size / unit.length))}]}`);

/** JSON that is plausible, deeply nested, huge, cut off or not UTF-8, and bytes that are not JSON at all. */
export const jsonBytes: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 6, arbitrary: orderLike.map(toJson).map((text) => Buffer.from(text)) },
  { weight: 2, arbitrary: fc.json().map((text) => Buffer.from(text)) },
  { weight: 2, arbitrary: nested.map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: huge.map((text) => Buffer.from(text)) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(orderLike.map(toJson), fc.nat())
      .map(([text, at]) => Buffer.from(text.slice(0, at % (text.length + 1)))),
  },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 500 }) },
);

const validOrder = fc
  .tuple(attacker, fc.array(fc.integer({ min: 0, max: 2 ** 31 - 1 }), { maxLength: 20 }))
  .map(([userId, skus]) =>
    toBinary(
      OrderCreateRequestSchema,
      create(OrderCreateRequestSchema, {
        userId: BigInt(userId),
        items: skus.map((sku) => ({ sku: BigInt(sku), count: 1 })),
      }),
    ),
  );

/** Protobuf: valid messages, messages with changed bytes or cut off, nested groups, and random bytes. */
export const protoBytes: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 2, arbitrary: validOrder },
  {
    weight: 5,
    arbitrary: fc
      .tuple(validOrder, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 5 }))
      .map(([bytes, changes]) => {
        const changed = Uint8Array.from(bytes);
        for (const [at, byte] of changes)
          if (changed.length > 0) changed[at % changed.length] = byte;
        return changed;
      }),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(validOrder, fc.nat())
      .map(([bytes, at]) => bytes.slice(0, at % bytes.length)),
  },
  {
    weight: 1,
    arbitrary: fc
      .integer({ min: 1, max: 500_000 })
      .map((depth) => new Uint8Array(depth).fill(0x0b)),
  },
  {
    // items without content
    weight: 1,
    arbitrary: fc
      .integer({ min: 1, max: 520_000 })
      .map((count) => Buffer.alloc(2 * count, Buffer.of(0x12, 0))),
  },
  { weight: 3, arbitrary: fc.uint8Array({ maxLength: 2_000 }) },
);
