import { headersCausedBy } from './caused-by.ts';

test('trace and correlation go on, the event is the cause, and nothing else is passed on', () => {
  const headers = {
    ce_id: 'e-1',
    'correlation-id': 'c-1',
    traceparent: 't-1',
    'causation-id': '0',
  };
  expect(headersCausedBy({ id: 'e-1', headers })).toEqual({
    traceparent: 't-1',
    'correlation-id': 'c-1',
    'causation-id': 'e-1',
  });
  expect(headersCausedBy({ id: 'e-1', headers: {} })).toEqual({ 'causation-id': 'e-1' });
});
