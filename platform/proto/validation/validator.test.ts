import { readFile, glob } from 'node:fs/promises';
import { create } from '@bufbuild/protobuf';
import { createValidator } from '@bufbuild/protovalidate';
import { CreateOrderRequestSchema } from '#gen/booking/v1/booking_pb.ts';
import { createMessageValidator } from './validator.ts';

const request = {
  ...{ userId: 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', amountMinor: 1n },
  ...{ from: 'SVO', to: 'LED', date: '2099-05-01', time: '09:30', airline: 'SU' },
};

test.each([
  ['all is right', {}],
  ['a code is too short', { from: 'SV' }],
  ['a line follows', { from: 'SVO\n' }],
  ['a letter is of another alphabet', { to: 'LЕD' }],
  ['a digit is of another alphabet', { time: '٠9:30' }],
  ['an hour does not exist', { time: '24:00' }],
])('when %s it finds what RE2 finds', (_, changes) => {
  const message = create(CreateOrderRequestSchema, { ...request, ...changes });
  const rulesBroken = (validator: ReturnType<typeof createValidator>) =>
    (validator.validate(CreateOrderRequestSchema, message).violations ?? []).map(String);
  const found = rulesBroken(createMessageValidator());
  expect(found).toEqual(rulesBroken(createValidator()));
  expect(found.length > 0).toBe(Object.keys(changes).length > 0);
});

test('no pattern of our messages can take longer than its text: none repeats what it repeats', async () => {
  const patterns: string[] = [];
  for await (const file of glob('proto/*/v1/*.proto')) {
    const text = await readFile(file, 'utf8');
    for (const [, pattern = ''] of text.matchAll(/pattern(?: =|:) "([^"]*)"/g))
      patterns.push(pattern);
    expect(text).not.toMatch(/\.matches\(/);
  }
  expect(patterns.length).toBeGreaterThan(10);
  for (const pattern of patterns) expect(pattern).not.toMatch(/[*+}?]\)?[*+{].*\$/);
});
