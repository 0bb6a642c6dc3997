import { createTestDatabase } from '../../../testing/engines/database.ts';
import { createLogger } from '#platform/base/logger.ts';
import { createOldDaysKeeper } from '../usecases/drop-old-days.ts';
import { oldDaysOf } from './old-days.ts';
import { openPublisherPool } from './pool.ts';
import { openTestPool, patience } from '../../../testing/test-pool.ts';

const logger = createLogger({ service: 'test', level: 'silent', format: 'json' });
const never = new AbortController().signal;

test('two publishers that sweep at once leave nothing old, and each day is counted once', async () => {
  const database = await createTestDatabase();
  const owner = openTestPool(database.urlFor('loms'));
  const pool = openPublisherPool({
    url: database.urlFor('publisher'),
    id: 'test',
    logger,
    connections: 4,
    ...patience,
  });
  // nothing was dropped for 40 days
  await owner.query(`DO $$
    DECLARE day date := (now() AT TIME ZONE 'UTC')::date;
    BEGIN
      ALTER TABLE loms.outbox DETACH PARTITION loms.outbox_low;
      EXECUTE format('ALTER TABLE loms.outbox ATTACH PARTITION loms.outbox_low FOR VALUES FROM (MINVALUE) TO (%L)',
        loms.lowest_id_of(day - 40));
      FOR ago IN REVERSE 40 .. 2 LOOP
        PERFORM loms.make_outbox_partition('outbox_' || to_char(day - ago, 'YYYYMMDD'),
          loms.lowest_id_of(day - ago), loms.lowest_id_of(day - ago + 1));
      END LOOP;
    END $$`);
  let dropped = 0;
  const sweep = () =>
    createOldDaysKeeper({
      source: 'loms',
      logger,
      days: oldDaysOf(pool, 'loms', 14),
      countDropped: () => (dropped += 1),
    }).sweep(never);
  await Promise.all([sweep(), sweep()]);
  // one may find the other's lock and leave the rest for the next round
  await sweep();
  expect(await oldDaysOf(pool, 'loms', 14).list()).toEqual([]);
  expect(dropped).toBe(26);
  await Promise.all([owner.end(), pool.end()]);
});
