import { create, fromBinary } from '@bufbuild/protobuf';
import { LomsService, OrderCreateRequestSchema } from '#gen/loms/v1/loms_pb.ts';
import { AppError } from '../../base/errors.ts';
import { refusalAnswer, repeatAnswer, type Answer } from './answer.ts';
import { readIdempotencyKey } from './key.ts';

const method = LomsService.method.orderCreate;
const request = create(OrderCreateRequestSchema, { userId: 1n, items: [{ sku: 2n, count: 3 }] });
const read = (key: string | undefined, of = request, caller?: string) =>
  readIdempotencyKey(method, of, {
    header: (name) => (name === 'idempotency-key' ? key : undefined),
    isRepeated: () => false,
    caller,
  });

test('a call without the header has no key', () => {
  expect(read(undefined)).toBeUndefined();
});

test.each(['a', 'order 7/again', '~'.repeat(255)])('%j is a key', (key) => {
  expect(read(key)).toMatchObject({ method: 'OrderCreate', key });
});

test.each(['', ' ', ' a', 'a ', 'a\tb', 'ключ', 'a\x7f', 'a'.repeat(256)])(
  '%j is refused by the name of the header',
  (key) => {
    expect(() => read(key)).toThrow(
      expect.objectContaining({
        kind: 'invalid',
        fieldViolations: [{ field: 'idempotency-key', description: expect.any(String) }],
      }),
    );
  },
);

test('the same key of another caller is another key', () => {
  const keys = [undefined, 'alice', 'bob'].map((caller) => read('1', request, caller));
  expect(new Set(keys.map((key) => `${key?.method} ${key?.key}`)).size).toBe(3);
  expect(read('1', request, 'alice')).toEqual(keys[1]);
});

test('the hash is of what the message says, not of how it was written', () => {
  // items before user_id, and a field 100 that nobody knows
  const bytes = Uint8Array.of(0x12, 4, 8, 2, 0x10, 3, 8, 1, 0xa0, 6, 1);
  const decoded = fromBinary(OrderCreateRequestSchema, bytes);
  expect(decoded).toMatchObject({ userId: 1n, items: [{ sku: 2n, count: 3 }] });
  expect(read('k', decoded)?.requestHash).toEqual(read('k')?.requestHash);
});

test('another request has another hash', () => {
  const other = create(OrderCreateRequestSchema, { userId: 1n, items: [{ sku: 2n, count: 4 }] });
  expect(read('k', other)?.requestHash).not.toEqual(read('k')?.requestHash);
});

describe('an answer is repeated', () => {
  const key = read('k')!;
  const { requestHash } = key;

  test('a result as it was', () => {
    expect(repeatAnswer({ requestHash, answer: { result: '7' } }, key)).toBe('7');
  });

  test('a refusal word for word', () => {
    const first = new AppError('precondition', 'out-of-stock', 'Not enough.', {
      metadata: { order_id: '7' },
      cause: new Error('is not kept'),
    });
    const answer = JSON.parse(JSON.stringify(refusalAnswer(first))) as Answer;
    const { kind, reason, message, metadata } = first;
    expect(() => repeatAnswer({ requestHash, answer }, key)).toThrow(
      expect.objectContaining({ kind, reason, message, metadata, cause: undefined }),
    );
  });

  test('but not to another request', () => {
    const other = { requestHash: Buffer.alloc(32), answer: { result: '7' } };
    expect(() => repeatAnswer(other, key)).toThrow(
      expect.objectContaining({ kind: 'precondition', reason: 'idempotency-key-reused' }),
    );
  });
});
