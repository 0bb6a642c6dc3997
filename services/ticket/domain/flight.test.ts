import { departureOf, nameOf } from './flight.ts';

const flight = { from: 'SVO', to: 'LED', date: '2028-02-29', time: '23:59', airline: 'SU' };

test('a flight is named by all that makes it that flight, and departs by UTC', () => {
  expect(nameOf(flight)).toBe('SVO-LED-2028-02-29T23:59-SU');
  expect(departureOf(flight)).toEqual(new Date('2028-02-29T23:59:00.000Z'));
});

test.each([{ date: '2027-02-29' }, { date: '2028-13-01' }, { time: '24:00' }, { time: '23:60' }])(
  'there is no flight on %j',
  (part) => {
    expect(departureOf({ ...flight, ...part })).toBeUndefined();
  },
);
