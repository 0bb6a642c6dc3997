import { createLogger } from '#platform/base/logger.ts';
import { waitFor } from '../../../testing/wait-for.ts';
import { createHeldLease } from './hold-lease.ts';

const logger = createLogger({ service: 'test', level: 'silent', format: 'json' });

/** A database that gives the epochs 1, 2, 3 … and renews when `renewed` says so. */
const setUp = (renewed: () => Promise<boolean> = () => Promise.resolve(true)) => {
  const log: string[] = [];
  let epochs = 0n;
  const lease = createHeldLease({
    join: () => Promise.resolve((epochs += 1n)),
    renew: (epoch) => {
      log.push(`renew ${epoch}`);
      return renewed();
    },
    leave: (epoch) => {
      log.push(`leave ${epoch}`);
      return Promise.resolve();
    },
    onHeld: ({ epoch }) => {
      log.push(`held ${epoch}`);
      return Promise.resolve();
    },
    onLost: () => void log.push('lost'),
    countLost: () => void log.push('counted'),
    leaseMs: 60_000,
    renewIntervalMs: 60_000,
    monotonicMs: () => 0,
    logger,
  });
  const epoch = (wanted: bigint) =>
    waitFor(() => lease.current()?.epoch === wanted, { what: `epoch ${wanted}` });
  return { lease, log, epoch };
};

test('a lease that is released is ended, and another epoch follows at once', async () => {
  const { lease, log, epoch } = setUp();
  const running = lease.run();
  await epoch(1n);
  lease.release(1n, 'no answer');
  expect(lease.current()).toBeUndefined();
  await epoch(2n);
  expect(log).toEqual(['held 1', 'counted', 'lost', 'leave 1', 'held 2']);
  lease.release(1n, 'of an epoch that is not held any more');
  expect(lease.current()?.epoch).toBe(2n);
  await lease.leave();
  await running;
});

test('a renewal that is answered after the lease was released does not bring it back', async () => {
  const answer = Promise.withResolvers<boolean>();
  const { lease, log, epoch } = setUp(() => answer.promise);
  const running = lease.run();
  await epoch(1n);
  lease.wakeUp();
  await waitFor(() => log.includes('renew 1'), { what: 'the renewal' });
  lease.release(1n, 'no answer');
  answer.resolve(true);
  await waitFor(() => log.includes('leave 1'), { what: 'the end of the epoch' });
  await epoch(2n);
  expect(log.filter((line) => line === 'held 1')).toHaveLength(1);
  await lease.leave();
  await running;
});
