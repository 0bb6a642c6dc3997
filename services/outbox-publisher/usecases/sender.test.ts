import { LeaseLost, type Lease } from '../domain/lease.ts';
import { createSender } from './sender.ts';

/** A sender whose producers are numbered; `fail` makes the next send of any of them reject. */
const setUp = (leases: (Lease | undefined)[]) => {
  const log: string[] = [];
  let opened = 0;
  let failure: Error | undefined;
  const sender = createSender({
    openProducer: () => {
      opened += 1;
      const name = `producer ${opened}`;
      return Promise.resolve({
        send: () => {
          log.push(`${name} sends`);
          const error = failure;
          failure = undefined;
          return error ? Promise.reject(error) : Promise.resolve([]);
        },
        close: () => {
          log.push(`${name} closes`);
          return Promise.resolve();
        },
      });
    },
    // the last one lasts
    currentLease: () => (leases.length > 1 ? leases.shift() : leases[0]),
    monotonicMs: () => 0,
    sendDeadlineMs: 3_000,
    marginMs: 300,
  });
  const fail = (error: Error) => {
    failure = error;
  };
  return { log, fail, send: () => sender.send(7n, []) };
};
const lease = (validUntilMs: number, epoch = 7n): Lease => ({ epoch, validUntilMs });

test.each([
  ['no lease', undefined],
  ['the lease of another epoch', lease(5_000, 8n)],
])('with %s nothing is sent', async (_, held) => {
  const { log, send } = setUp([held]);
  await expect(send()).rejects.toThrow(LeaseLost);
  expect(log).toEqual([]);
});

test('a request waits for more lease than it may take', async () => {
  const leases = [lease(3_300), lease(3_300), lease(5_000)];
  const { log, send } = setUp(leases);
  await send();
  expect(log).toEqual(['producer 1 sends']);
  expect(leases).toEqual([lease(5_000)]);
});

test('a producer that was rejected once sends nothing more', async () => {
  const { log, fail, send } = setUp([lease(5_000)]);
  await send();
  fail(new Error('rejected'));
  await expect(send()).rejects.toThrow('rejected');
  await send();
  expect(log).toEqual([
    'producer 1 sends',
    'producer 1 sends',
    'producer 1 closes',
    'producer 2 sends',
  ]);
});
