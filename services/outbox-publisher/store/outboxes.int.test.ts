import { createTestDatabase } from '../../../testing/engines/database.ts';
import { createLogger } from '#platform/base/logger.ts';
import { requireOutboxes } from '../usecases/require-outboxes.ts';
import { findMissingOutboxes } from './outboxes.ts';
import { openPublisherPool } from './pool.ts';

const logger = createLogger({ service: 'test', level: 'silent', format: 'json' });
const openOn = (url: string) => openPublisherPool({ url, id: 'test', connections: 1, logger });

test('a source without an outbox is refused by name', async () => {
  const pool = openOn((await createTestDatabase()).urlFor('publisher'));
  const check = (...sources: string[]) =>
    requireOutboxes({ findMissing: findMissingOutboxes(pool), logger }, sources);
  await check('loms');
  await expect(check('loms', 'lmos')).rejects.toThrow('OUTBOX_SOURCES names lmos, but');
  await pool.end();
});

test('a database that is away is waited for', async () => {
  const pool = openOn('postgres://publisher:publisher@127.0.0.1:1/inorder');
  await requireOutboxes({ findMissing: findMissingOutboxes(pool), logger }, ['loms']);
  await pool.end();
});
