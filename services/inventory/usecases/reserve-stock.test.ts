import type { Reservation } from '../domain/reservation.ts';
import type { Stock } from '../domain/stock.ts';
import { reserveStock, type NewReservation } from './reserve-stock.ts';

const start = (isReserved: boolean, stocks: Stock[], reservation?: Reservation) => {
  const saved: NewReservation[] = [];
  const reserve = reserveStock({
    now: () => new Date(0),
    saveReserved: (one) => {
      saved.push(one);
      return Promise.resolve({ isReserved, stocks });
    },
    findReservation: () => Promise.resolve(reservation),
  });
  return { reserve, saved };
};
const none = { partId: 'a', stockQuantity: 5n, reserved: 5n };
const items = [{ partId: 'a', quantity: 3 }];

test('the quantities of a part are added up before anything is reserved', async () => {
  const { reserve, saved } = start(true, []);
  await reserve('o', [...items, { partId: 'a', quantity: 2 }]);
  expect(saved).toEqual([
    { orderId: 'o', items: [{ partId: 'a', quantity: 5 }], moment: new Date(0) },
  ]);
});

test('too few pieces are refused', async () => {
  const refused = start(false, [none]).reserve('o', items);
  await expect(refused).rejects.toMatchObject({ reason: 'out-of-stock' });
});

test('too few because a twin has reserved them: fine', async () => {
  const twin = { orderId: 'o', status: 'RESERVED', items } as const;
  await expect(start(false, [none], twin).reserve('o', items)).resolves.toBeUndefined();
});

test('a reservation that was released before it was made is refused, whatever the stock', async () => {
  const tombstone = { orderId: 'o', status: 'RELEASED', items: [] } as const;
  const refused = start(false, [], tombstone).reserve('o', items);
  await expect(refused).rejects.toMatchObject({ reason: 'reservation-released' });
});
