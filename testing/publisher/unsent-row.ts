import type { UnsentRow } from '../../services/outbox-publisher/domain/row.ts';

/** An outbox row without any attempt: the first event of the key `a`, unless the fields say otherwise. */
export const unsentRow = (row: Partial<UnsentRow>): UnsentRow => ({
  tupleId: '(0,1)',
  id: '1',
  topic: 't',
  key: 'a',
  sequence: '1',
  eventType: 'T',
  payload: '{}',
  headers: {},
  bucket: 1,
  seq: '1',
  attempts: 0,
  createdAtMs: 0,
  sinceAttemptMs: null,
  ...row,
});
