import { newId } from '#platform/base/ids.ts';
import type { Pool } from '#platform/database/pool.ts';
import { purge } from '#platform/database/purge.ts';
import { createTestDatabase } from '../../../testing/engines/database.ts';
import { openTestPool } from '../../../testing/test-pool.ts';
import { findQuote, saveQuote } from './quotes.ts';

const flight = { from: 'SVO', to: 'LED', date: '2030-05-01', time: '12:00', airline: 'SU' };
const signal = new AbortController().signal;
const hourMs = 3_600_000;

let pool: Pool;

beforeAll(async () => {
  pool = openTestPool((await createTestDatabase()).urlFor('booking'));
  await pool.query('SELECT');
});
afterAll(() => pool.end());

const quoteThatEnds = (inMs: number, amountMinor = 5n) => ({
  ...{ quoteId: newId(), flight, amountMinor },
  validUntil: new Date(pool.clock.now().getTime() + inMs),
});

test('a quote is found as it was saved, with the greatest amount too', async () => {
  const quote = quoteThatEnds(900_000, 9_007_199_254_740_991n);
  await saveQuote(pool)(quote);
  expect(await findQuote(pool, quote.quoteId)).toEqual(quote);
  expect(await findQuote(pool, newId())).toBeUndefined();
});

test('a quote is purged a day after its end, and no sooner', async () => {
  const gone = quoteThatEnds(-24 * hourMs - 1_000);
  const expired = quoteThatEnds(-23 * hourMs);
  for (const quote of [gone, expired]) await saveQuote(pool)(quote);
  const ended = { schema: 'booking', table: 'quotes', column: 'valid_until' };
  expect(await purge({ pool, ...ended, retentionMs: 24 * hourMs }, signal)).toBe(1);
  expect(await findQuote(pool, gone.quoteId)).toBeUndefined();
  expect(await findQuote(pool, expired.quoteId)).toEqual(expired);
});
