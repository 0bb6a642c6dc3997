import { toConsumed, type ConsumedRow } from './consumed-rows.ts';

const at = new Date('2026-11-21T14:00:00Z');
const forgotten: ConsumedRow = {
  consumer: 'c',
  event_id: 'e',
  topic: 't',
  source: 's',
  sequence: 1n,
  event_type: 'T',
  partition: 0,
  offset: 1n,
  outcome: null,
  taken_at: null,
  place: null,
  attempts: null,
  is_hopeless: null,
  error: null,
  last_attempt_at: null,
  dead_at: null,
  due_at: null,
  letter_since: null,
  unsent_error: null,
  letter_attempts: 3,
  letter_error: 'x',
  failed_at: at,
  redriven_at: null,
  redriven_by: null,
  discarded_at: null,
  discarded_by: null,
  discard_reason: null,
};

test.each([
  ['DEAD', {}],
  ['HANDLED', { redriven_at: at, redriven_by: 'anna' }],
  ['DISCARDED', { discarded_at: at, discarded_by: 'anna' }],
  ['DISCARDED', { redriven_at: at, discarded_at: at }],
  ['PARKED', { place: 7n, redriven_at: at }],
])('what the inbox has forgotten is %s by %o', (outcome, row) => {
  expect(toConsumed('assembly', { ...forgotten, ...row })).toMatchObject({ outcome });
});
