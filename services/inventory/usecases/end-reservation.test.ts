import type { ReservationStatus } from '../domain/reservation.ts';
import { commitStock, releaseStock, type ReservationEnd } from './end-reservation.ts';

/** Each look finds the next status; only the last save is not lost. */
const start = (...looks: (ReservationStatus | undefined)[]) => {
  const tried: Pick<ReservationEnd, 'from' | 'to'>[] = [];
  const deps = {
    now: () => new Date(0),
    findReservation: (orderId: string) => {
      const status = looks.shift();
      return Promise.resolve(status && { orderId, status, items: [] });
    },
    saveEnded: ({ from, to }: ReservationEnd) => {
      tried.push({ from, to });
      return Promise.resolve(looks.length === 0);
    },
  };
  return { deps, tried };
};

test('a reservation that is made at the time of its release is released', async () => {
  const { deps, tried } = start(undefined, 'RESERVED');
  await releaseStock(deps)('o');
  expect(tried).toEqual([
    { from: undefined, to: 'RELEASED' },
    { from: 'RESERVED', to: 'RELEASED' },
  ]);
});

test('a release that loses against a commit is refused', async () => {
  const { deps, tried } = start('RESERVED', 'COMMITTED');
  await expect(releaseStock(deps)('o')).rejects.toMatchObject({ reason: 'reservation-committed' });
  expect(tried).toHaveLength(1);
});

test('a commit that loses against its twin is fine, against a release refused', async () => {
  await expect(commitStock(start('RESERVED', 'COMMITTED').deps)('o')).resolves.toBeUndefined();
  await expect(commitStock(start('RESERVED', 'RELEASED').deps)('o')).rejects.toMatchObject({
    reason: 'reservation-released',
  });
});
