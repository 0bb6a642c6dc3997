import { parseTraceparent } from './trace-context.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const parentId = 'b7ad6b7169203331';

test('a traceparent is read', () => {
  const text = `00-${traceId}-${parentId}-01`;
  const context = { traceId, parentId, isSampled: true };
  expect(parseTraceparent(text)).toEqual(context);
  const unsampled = `00-${traceId}-${parentId}-00`;
  expect(parseTraceparent(unsampled)).toEqual({ ...context, isSampled: false });
});

test('a later version may carry more', () => {
  expect(parseTraceparent(`01-${traceId}-${parentId}-02-more`)).toMatchObject({ isSampled: false });
});

test.each([
  ['empty', ''],
  ['upper case', `00-${traceId.toUpperCase()}-${parentId}-01`],
  ['too short', `00-${traceId.slice(1)}-${parentId}-01`],
  ['a zero trace id', `00-${'0'.repeat(32)}-${parentId}-01`],
  ['a zero parent id', `00-${traceId}-${'0'.repeat(16)}-01`],
  ['more than version 00 has', `00-${traceId}-${parentId}-01-more`],
  ['the forbidden version', `ff-${traceId}-${parentId}-01`],
  ['a line break', `00-${traceId}-${parentId}-01\n`],
])('%s is refused', (_name, text) => {
  expect(parseTraceparent(text)).toBeUndefined();
});
