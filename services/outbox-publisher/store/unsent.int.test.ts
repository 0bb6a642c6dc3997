import { createTestDatabase } from '../../../e2e/engines/database.ts';
import { openPool, type Pool } from '#platform/database/pool.ts';
import { newId } from '#platform/ids.ts';
import { createLogger } from '#platform/logger.ts';
import { createReadSize, mostReadBytes } from '../domain/read-size.ts';
import { planRequest, requestLimits } from '../domain/request-plan.ts';
import type { UnsentRow } from '../domain/row.ts';
import { createSeqFloor } from '../domain/seq-floor.ts';
import { createTurns } from '../domain/turns.ts';
import { startReading, type RowsRead } from '../usecases/reading.ts';
import { readShort, readUnsent } from './unsent.ts';
import { openPublisherPool } from './pool.ts';

const logger = createLogger({ service: 'test', level: 'error', format: 'json' });
const source = 'loms';
const buckets = Array.from({ length: 64 }, (_, bucket) => bucket);
const rowBytes = 800_000;
const rowCount = 200;
const mostRows = Math.ceil(mostReadBytes / rowBytes) + 1;
let pool: Pool;

beforeAll(async () => {
  const database = await createTestDatabase();
  const writer = openPool({ url: database.urlFor('loms'), applicationName: 'test', logger });
  pool = openPublisherPool({
    url: database.urlFor('publisher'),
    id: 'test',
    connections: 16,
    logger,
  });
  await writer.query(
    `INSERT INTO loms.outbox (id, topic, key, sequence, event_type, payload, headers, bucket, created_at)
     SELECT id, 'loms.order-events', 'k' || n % 20, n, 'T',
            jsonb_build_object('text', repeat('x', $1)), '{}', n % 20, clock_timestamp()
       FROM unnest($2::uuid[]) WITH ORDINALITY AS ids (id, n)`,
    [rowBytes, Array.from({ length: rowCount }, newId)],
  );
  await writer.end();
});
afterAll(() => pool.end());

const bytesOf = (rows: readonly UnsentRow[]) =>
  rows.reduce((sum, { payload }) => sum + payload.length, 0);
const sequencesOf = (rows: readonly UnsentRow[], bucket: number) =>
  rows.filter((row) => row.bucket === bucket).map(({ sequence }) => Number(sequence));

test('an answer too large is cut behind a row: whole rows, and none missing between them', async () => {
  const cursors = new Map(buckets.map((bucket) => [bucket, '0']));
  const answers = [
    await readShort(pool, source)({ buckets, floor: '0', limit: 500 }),
    await readUnsent(pool, source)({ cursors, rowsPerBucket: 16, bound: undefined }),
  ];
  for (const { rows, isCut } of answers) {
    expect(isCut).toBe(true);
    expect(rows).toHaveLength(mostRows - 1);
    for (const { payload } of rows) expect(payload.length).toBeGreaterThan(rowBytes);
    // ten rows of each bucket: the first is whole, the second is cut
    expect(sequencesOf(rows, 0)).toEqual(Array.from({ length: 10 }, (_, i) => 20 * (i + 1)));
    const second = sequencesOf(rows, 1);
    expect(second).toEqual(second.map((_, i) => 20 * i + 1));
  }
});

test('a pass over 200 rows of 800 KB: no read asks for more than fit, all rows come in their order', async () => {
  const found: number[] = [];
  const noted =
    <R>(read: (request: R) => Promise<RowsRead>) =>
    async (request: R) => {
      const answer = await read(request);
      expect(answer.isCut).toBe(false);
      found.push(bytesOf(answer.rows));
      return answer;
    };
  const reading = startReading({
    ...{ buckets, floor: createSeqFloor(() => false), batchRows: 1_000, expectThin: true },
    ...{ size: createReadSize(), turns: createTurns() },
    readUnsent: noted(readUnsent(pool, source)),
    readShort: noted(readShort(pool, source)),
  });
  const rules = {
    partitionOf: (_: string, key: string) => Number(key.slice(1)) % 4,
    isBlocked: () => false,
    isResting: () => false,
    isPartitionResting: () => false,
  };
  const sent: UnsentRow[] = [];
  for (let read = await reading.first(); ; read = await reading.next('999999')) {
    const plan = planRequest(read.rows, { ...rules, ...requestLimits });
    reading.advance(read, plan);
    sent.push(...plan.parts.flatMap(({ rows }) => rows));
    if (read.isThin) break;
  }
  expect(Math.max(...found)).toBeLessThanOrEqual(mostReadBytes);
  expect(sent).toHaveLength(rowCount);
  for (let bucket = 0; bucket < 20; bucket += 1)
    expect(sequencesOf(sent, bucket)).toEqual(
      Array.from({ length: 10 }, (_, i) => 20 * (bucket === 0 ? i + 1 : i) + bucket),
    );
});
