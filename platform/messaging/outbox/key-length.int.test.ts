import { createTestDatabase } from '../../../testing/engines/database.ts';
import { openTestPool } from '../../../testing/test-pool.ts';
import { newId } from '../../base/ids.ts';
import type { Pool } from '../../database/pool.ts';
import { longestKey } from './event.ts';

let admin: Pool;

beforeAll(async () => {
  admin = openTestPool((await createTestDatabase()).adminUrl);
});
afterAll(() => admin.end());

/** Inserts a row by plain SQL, without the code of the outbox. */
const insert = (schema: string, key: string, id = newId()) =>
  admin.query(
    `INSERT INTO "${schema}".outbox (id, topic, key, sequence, event_type, payload, headers, bucket, created_at)
     VALUES ($1, 't', $2, 1, 'T', '{}', '{}', 1, now())`,
    [id, key],
  );

const refused = { code: '23514', constraint: 'outbox_key_length' };

describe.each(['loms', 'order', 'assembly', 'pvz'])('the outbox of %s', (schema) => {
  test.each([0, longestKey + 1, 900_000])('refuses a key of %i characters', async (length) => {
    await expect(insert(schema, 'k'.repeat(length))).rejects.toMatchObject(refused);
  });

  test.each(['k', '\u{1F680}'])('takes as many characters %s as the writer does', async (one) => {
    expect(await insert(schema, one.repeat(longestKey / one.length))).toMatchObject({
      rowCount: 1,
    });
  });

  test('refuses it on every day, also on those that are made later', async () => {
    await admin.query(`SELECT "${schema}".make_outbox_partitions(9)`);
    const { rows } = await admin.query<{ id: string }>(
      `SELECT coalesce(low_id, '00000000-0000-7000-8000-000000000000')::text AS id
         FROM "${schema}".outbox_partitions()`,
    );
    expect(rows.length).toBeGreaterThan(9);
    for (const { id } of rows) await expect(insert(schema, '', id)).rejects.toMatchObject(refused);
  });
});
