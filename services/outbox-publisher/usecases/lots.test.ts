import { createHeldPartitions } from '../domain/held-partitions.ts';
import { LeaseLost } from '../domain/lease.ts';
import type { RequestPart } from '../domain/request-plan.ts';
import { createLots, type WorkOnLot } from './lots.ts';

const part = (partition: number): RequestPart => ({ topic: 't', partition, rows: [] });

/** Three brokers lead a partition each; the work on each lot ends when the test says so. */
const setUp = ({ brokerCount = 3, isThere = true } = {}) => {
  const heldPartitions = createHeldPartitions();
  const ended: string[] = [];
  const lots = createLots({
    openProducer: (broker) =>
      Promise.resolve({
        send: () => Promise.resolve([]),
        close: () => Promise.resolve(void ended.push(`${broker} closed`)),
      }),
    leaders: {
      of: (_, partition) => `b${partition}`,
      brokerCount: () => brokerCount,
      isOld: () => false,
      ask: () => Promise.resolve(isThere),
    },
    heldPartitions,
    slowBrokerMs: 5,
    sendDeadlineMs: 1,
    marginMs: 1,
    monotonicMs: () => 0,
    currentLease: () => ({ epoch: 1n, validUntilMs: 100 }),
    onEnded: () => void ended.push('ended'),
  });
  const silent = Promise.withResolvers<number>();
  const work: WorkOnLot = async (lot, send) => {
    await send(1n, lot.parts);
    return lot.broker === 'b1' ? silent.promise : lot.parts.length;
  };
  const run = async (parts: RequestPart[]) => {
    const split = lots.split(parts);
    return lots.work(split ?? [], work, () => Promise.resolve(void ended.push('marked')));
  };
  return { lots, heldPartitions, ended, silent, run };
};

test('where there is one broker nothing is split', () => {
  const { lots } = setUp({ brokerCount: 1 });
  expect(lots.split([part(0), part(1)])).toBeUndefined();
});

test('a slow lot is detached, and its partition is backed off until it is marked', async () => {
  const { lots, heldPartitions, ended, silent, run } = setUp();
  expect(await run([part(0), part(1), part(2)])).toBe(2);
  heldPartitions.endBackoffs(1_000);
  const backedOff = [0, 1, 2].map((partition) => heldPartitions.isBackedOff('t', partition));
  expect(backedOff).toEqual([false, true, false]);
  silent.resolve(1);
  await lots.settled();
  expect(ended.slice(0, 2)).toEqual(['marked', 'ended']);
  heldPartitions.endBackoffs(1_000);
  expect(heldPartitions.isBackedOff('t', 1)).toBe(false);
});

test('when no broker answers, the others wait: there is nothing to go on with', async () => {
  const { silent, run } = setUp({ isThere: false });
  const running = run([part(0), part(1)]);
  setTimeout(() => silent.reject(new Error('away')), 20);
  await expect(running).rejects.toThrow('away');
});

test('what failed the last time holds up nobody from the beginning', async () => {
  const { lots, heldPartitions, silent, run } = setUp({ isThere: false });
  heldPartitions.fail(part(1), 0);
  heldPartitions.endBackoffs(0);
  expect(await run([part(0), part(1)])).toBe(1);
  silent.resolve(1);
  await lots.settled();
});

test('a detached lot begins nothing more once its buckets are given back', async () => {
  const { lots } = setUp();
  const later = Promise.withResolvers<undefined>();
  const outcomes: unknown[] = [];
  const split = lots.split([part(1)]);
  await lots.work(
    split!,
    async ({ parts }, send) => {
      await later.promise;
      await send(1n, parts).catch((error: unknown) => outcomes.push(error));
      return 0;
    },
    () => Promise.resolve(),
  );
  const settled = lots.settled();
  later.resolve(undefined);
  await settled;
  expect(outcomes).toEqual([expect.any(LeaseLost)]);
});

test('an error of a detached lot is reported once', async () => {
  const { lots, ended, silent, run } = setUp();
  await run([part(1)]);
  silent.reject(new Error('a fault of ours'));
  while (!ended.includes('ended')) await Promise.resolve();
  expect(() => lots.check()).toThrow('a fault of ours');
  expect(() => lots.check()).not.toThrow();
});
