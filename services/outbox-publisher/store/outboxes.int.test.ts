import { createTestDatabase } from '../../../testing/engines/database.ts';
import { AppError } from '#platform/base/errors.ts';
import { createLogger } from '#platform/base/logger.ts';
import { requireOutboxes } from '../usecases/require-outboxes.ts';
import { findMissingOutboxes } from './outboxes.ts';
import { openPublisherPool } from './pool.ts';
import { patience } from '../../../testing/test-pool.ts';

const logger = createLogger({ service: 'test', level: 'silent', format: 'json' });
const openOn = (url: string) =>
  openPublisherPool({ url, id: 'test', connections: 1, logger, ...patience });

test('a source without an outbox is refused by name', async () => {
  const pool = openOn((await createTestDatabase()).urlFor('publisher'));
  const check = (...sources: string[]) =>
    requireOutboxes({ findMissing: findMissingOutboxes(pool), logger }, sources);
  await expect(check('loms')).resolves.toBeUndefined();
  await expect(check('loms', 'lmos')).rejects.toThrow('OUTBOX_SOURCES names lmos, but');
  await pool.end();
});

test('a database that is unavailable is waited for', async () => {
  const pool = openOn('postgres://publisher:publisher@127.0.0.1:1/inorder');
  let fault: unknown;
  const findMissing = (sources: readonly string[]) =>
    findMissingOutboxes(pool)(sources).catch((error: unknown) => {
      fault = error;
      throw error;
    });
  await expect(requireOutboxes({ findMissing, logger }, ['loms'])).resolves.toBeUndefined();
  expect(fault).toBeInstanceOf(AppError);
  await pool.end();
});
