import { requireDeparture } from './departure.ts';
import { amountOfQuote } from './quote.ts';

const flight = { from: 'SVO', to: 'LED', date: '2030-05-01', time: '12:00', airline: 'SU' };
const validUntil = new Date('2030-04-01T12:00:00.000Z');
const quote = { quoteId: 'q', flight, amountMinor: 5n, validUntil };

test('a quote is honoured until its last moment, for its own flight', () => {
  expect(amountOfQuote(quote, { ...flight }, validUntil)).toBe(5n);
});

test.each([
  ['one millisecond later', quote, flight, 1, 'precondition', 'quote-expired'],
  ['there is none', undefined, flight, 0, 'not-found', 'quote-not-found'],
  ['another airline', quote, { ...flight, airline: 'S7' }, 0, 'precondition', 'quote-differs'],
  ['another time', quote, { ...flight, time: '12:01' }, 0, 'precondition', 'quote-differs'],
])('refused: %s', (_, named, wanted, lateMs, kind, reason) => {
  const now = new Date(validUntil.getTime() + lateMs);
  expect(() => amountOfQuote(named, wanted, now)).toThrow(
    expect.objectContaining({ kind, reason }),
  );
});

test('a flight can be taken until it departs', () => {
  const departure = new Date('2030-05-01T12:00:00Z');
  expect(requireDeparture(flight, new Date(departure.getTime() - 1))).toEqual(departure);
  expect(() => requireDeparture(flight, departure)).toThrow(
    expect.objectContaining({ kind: 'precondition', reason: 'flight-departed' }),
  );
});

test.each(['2030-02-29', '2030-02-30', '2030-13-01', '2030-00-10', '2030-04-31'])(
  'there is no day %s',
  (date) => {
    expect(() => requireDeparture({ ...flight, date }, validUntil)).toThrow(
      expect.objectContaining({ kind: 'invalid', reason: 'date-wrong', field: 'date' }),
    );
  },
);
