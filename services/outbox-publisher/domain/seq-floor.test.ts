import fc from 'fast-check';
import { createProgress } from './progress.ts';
import { planRequest } from './request-plan.ts';
import type { UnsentRow } from './row.ts';
import { createSeqFloor, type ReadThrough } from './seq-floor.ts';

const never = () => false;
const upTo = (...seqs: [number, number][]): ReadThrough => ({
  from: new Map(),
  upTo: new Map(seqs.map(([bucket, seq]) => [bucket, String(seq)])),
  backedOff: [],
});

test('the floor of a bucket only rises, until all are taken back to the very first row', () => {
  const floor = createSeqFloor(never);
  floor.raise(upTo([1, 9]));
  floor.raise(upTo([1, 100], [2, 5]));
  floor.raise(upTo([1, 20]));
  expect([1, 2, 3].map(floor.of)).toEqual(['100', '5', '0']);
  floor.reset();
  expect([1, 2, 3].map(floor.of)).toEqual(['0', '0', '0']);
});

test('it passes the rows of a backed-off partition, and returns to them when the back-off is over', () => {
  let isBackedOff = true;
  const floor = createSeqFloor(() => isBackedOff);
  const waiting = { topic: 't', partition: 1, first: new Map([[1, '30']]) };
  floor.raise({ ...upTo([1, 100]), backedOff: [waiting] });
  expect([floor.of(1), floor.bottomOf(1)]).toEqual(['100', '29']);
  isBackedOff = false;
  expect([floor.of(1), floor.bottomOf(1)]).toEqual(['29', '29']);
  // some of it is sent
  floor.raise({ ...upTo([1, 50]), from: new Map([[1, '29']]) });
  expect(floor.of(1)).toBe('50');
  isBackedOff = true;
  expect([floor.of(1), floor.bottomOf(1)]).toEqual(['100', '50']);
  isBackedOff = false;
  floor.raise({ ...upTo([1, 120]), from: new Map([[1, '50']]) });
  expect([floor.of(1), floor.bottomOf(1)]).toEqual(['120', '120']);
});

const partitions = 3;
const acts = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('insert'),
      partition: fc.nat(partitions - 1),
      bucket: fc.nat(1),
    }),
    fc.record({ kind: fc.constant('turn'), partition: fc.nat(partitions - 1) }),
    fc.record({
      kind: fc.constant('pass'),
      limit: fc.integer({ min: 1, max: 4 }),
      reads: fc.integer({ min: 1, max: 3 }),
      maxPartRows: fc.integer({ min: 1, max: 3 }),
      fails: fc.oneof({ arbitrary: fc.constant(false), weight: 3 }, fc.constant(true)),
    }),
  ),
  { maxLength: 60, size: 'max' },
);
type Act = typeof acts extends fc.Arbitrary<(infer One)[]> ? One : never;
type Pass = Extract<Act, { limit: number }>;

/** A table and passes over it, of which some end before what they planned is sent. */
const createWorld = () => {
  const backedOff = new Set<number>();
  const isPartitionBackedOff = (_: string, partition: number) => backedOff.has(partition);
  const floor = createSeqFloor(isPartitionBackedOff);
  const rows: UnsentRow[] = [];
  const unsent = new Set<UnsentRow>();
  const rules = {
    partitionOf: (_: string, key: string) => Number(key),
    isPartitionBackedOff,
    isBlocked: never,
    isBackedOff: never,
    maxMessageBytes: 1e6,
    maxPartBytes: 1e6,
  };
  const read = (cursors: ReadonlyMap<number, string>, limit: number) =>
    [...cursors].map(([bucket, after]) =>
      [...unsent]
        .filter((row) => row.bucket === bucket && Number(row.seq) > Number(after))
        .slice(0, limit),
    );
  /** What lies before something of its partition that goes, and is not sent, has been passed over for ever. */
  const sendInOrder = (going: readonly UnsentRow[]) => {
    for (const row of going) {
      const same = ({ bucket, key }: UnsentRow) => bucket === row.bucket && key === row.key;
      expect([...unsent].find(same)).toBe(row);
      unsent.delete(row);
    }
  };
  return {
    insert: (bucket: number, partition: number) => {
      const place = { bucket, seq: String(rows.length + 1), key: String(partition) };
      const row = { ...place, topic: 't', payload: '', eventType: '', headers: {}, createdAtMs: 0 };
      rows.push(row as unknown as UnsentRow);
      unsent.add(row as unknown as UnsentRow);
    },
    turn: (partition: number) => backedOff.delete(partition) || backedOff.add(partition),
    pass: ({ limit, reads, maxPartRows, fails }: Pass) => {
      const progress = createProgress(new Map([0, 1].map((bucket) => [bucket, floor.of(bucket)])));
      const bound = String(rows.length);
      for (let n = 0; n < reads; n += 1) {
        const found = read(progress.cursors, limit);
        const plan = planRequest(found.flat(), { ...rules, maxPartRows });
        progress.note(plan, (bucket) => (found[bucket]?.length ?? 0) < limit);
        if (fails && n === reads - 1) return;
        sendInOrder(plan.parts.flatMap((part) => part.rows));
      }
      floor.raise(progress.readThrough(bound));
    },
    wake: () => backedOff.clear(),
    lowestUnsent: (bucket: number) => [...unsent].find((row) => row.bucket === bucket)?.seq,
    floor,
    unsent,
  };
};

test('whatever is backed off, resumed or failed, nothing unsent is skipped and all is sent in order', () => {
  const property = fc.property(acts, (all) => {
    const world = createWorld();
    for (const act of all) {
      if ('limit' in act) world.pass(act);
      else if ('bucket' in act) world.insert(act.bucket, act.partition);
      else world.turn(act.partition);
      for (const bucket of [0, 1]) {
        const lowest = world.lowestUnsent(bucket);
        if (lowest !== undefined)
          expect(Number(world.floor.bottomOf(bucket))).toBeLessThan(Number(lowest));
      }
    }
    world.wake();
    for (let n = 0; n < 100 && world.unsent.size > 0; n += 1)
      world.pass({ kind: 'pass', limit: 4, reads: 3, maxPartRows: 3, fails: false });
    expect(world.unsent.size).toBe(0);
  });
  fc.assert(property, { numRuns: 500 });
});
