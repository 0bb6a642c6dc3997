import { SendError, toSendError } from './send-error.ts';

const fromBroker = (type: string) => Object.assign(new Error('broker says'), { type });

test.each([
  ['MESSAGE_TOO_LARGE', 'refused', 'message-too-large'],
  ['POLICY_VIOLATION', 'refused', 'policy-violation'],
  ['NOT_ENOUGH_REPLICAS', 'away', 'not-enough-replicas'],
  ['NOT_LEADER_FOR_PARTITION', 'away', 'not-leader-for-partition'],
  ['OUT_OF_ORDER_SEQUENCE_NUMBER', 'away', 'out-of-order-sequence-number'],
])('%s means %s', (type, kind, reason) => {
  expect(toSendError(fromBroker(type))).toMatchObject({ kind, reason });
});

test('the answer of the broker is found below what kafkajs wraps around it', () => {
  const wrapped = new Error('retries exceeded', {
    cause: new Error('not retriable', { cause: fromBroker('INVALID_RECORD') }),
  });
  expect(toSendError(wrapped)).toMatchObject({ kind: 'refused', reason: 'invalid-record' });
});

test('whatever else it is, nothing is known: away, with the cause kept', () => {
  const cause = new TypeError('x is undefined');
  expect(toSendError(cause)).toMatchObject({ kind: 'away', reason: 'connection', cause });
  expect(toSendError('text')).toMatchObject({ kind: 'away', message: 'text' });
});

test('a SendError stays as it is', () => {
  const error = new SendError('away', 'deadline', 'late');
  expect(toSendError(error)).toBe(error);
});
