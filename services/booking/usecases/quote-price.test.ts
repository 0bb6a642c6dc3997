import { one } from '../domain/price.ts';
import type { Quote } from '../domain/quote.ts';
import { createTicket } from '../clients/ticket.ts';
import { priceFlight } from './price-flight.ts';
import { quotePrice } from './quote-price.ts';

const flight = { from: 'SVO', to: 'LED', date: '2030-05-01', time: '12:00', airline: 'SU' };
const now = () => new Date('2030-04-01T12:00:00Z');
const call = { signal: new AbortController().signal, headers: {} };

const rules = {
  defaultBaseMinor: 100n,
  baseMinor: new Map<string, bigint>(),
  defaultAirlineFactor: one,
  airlineFactors: new Map<string, bigint>(),
  daysAhead: [{ from: 0n, factor: one }],
  load: [{ from: 0n, factor: 2n * one }],
};

type GetFlight = Parameters<typeof createTicket>[0]['getFlight'];
const ticketWith = (getFlight: () => Promise<unknown>) =>
  createTicket({ getFlight: getFlight as GetFlight } as Parameters<typeof createTicket>[0]);

const quoting = (findLoad: ReturnType<typeof ticketWith>['findLoad']) => {
  const saved: Quote[] = [];
  const quote = quotePrice({
    now,
    newId: () => 'id-1',
    priceFlight: priceFlight({ now, rules, findLoad }),
    validityMs: 900_000,
    saveQuote: (each) => Promise.resolve(void saved.push(each)),
  });
  return { quote, saved };
};

test('a price is kept as a quote, which is honoured for a while', async () => {
  const { quote, saved } = quoting(
    ticketWith(() => Promise.resolve({ capacity: 10, sold: 5 })).findLoad,
  );
  const { lines, ...kept } = await quote(flight, call);
  expect(kept).toEqual({
    ...{ quoteId: 'id-1', flight, amountMinor: 200n },
    validUntil: new Date('2030-04-01T12:15:00Z'),
  });
  expect(saved).toEqual([kept]);
  expect(lines.at(-1)).toEqual({ label: 'load 50 % × 2', amountMinor: 100n });
});

test('a ticket service that does not answer costs only the load factor', async () => {
  const { quote } = quoting(ticketWith(() => Promise.reject(new Error('away'))).findLoad);
  const { amountMinor, lines } = await quote(flight, call);
  expect(amountMinor).toBe(100n);
  expect(lines.at(-1)).toEqual({
    label: 'load unknown: the flight could not be asked',
    amountMinor: 0n,
  });
});

test('a caller that has gone gets no price', async () => {
  const { quote, saved } = quoting(ticketWith(() => Promise.reject(new Error('away'))).findLoad);
  const signal = AbortSignal.abort(new Error('gone'));
  await expect(quote(flight, { ...call, signal })).rejects.toThrow('gone');
  expect(saved).toEqual([]);
});

test('a flight that has departed is not asked for', async () => {
  const asked: unknown[] = [];
  const { quote, saved } = quoting((...args) => Promise.resolve(void asked.push(args)));
  const departed = quote({ ...flight, date: '2030-04-01', time: '12:00' }, call);
  await expect(departed).rejects.toMatchObject({ reason: 'flight-departed' });
  expect([asked, saved]).toEqual([[], []]);
});
