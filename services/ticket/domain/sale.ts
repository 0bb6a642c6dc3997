/** A flight for which tickets are sold. */
export interface Sale {
  readonly departsAt: Date;
  /** Until when tickets are sold; not after the departure. */
  readonly salesEndAt: Date;
  /** How many seats there are; they are numbered from 1. */
  readonly capacity: number;
  /** The seats of the tickets that are issued. */
  readonly taken: ReadonlySet<number>;
}

export type Refusal = 'flight-not-found' | 'flight-departed' | 'sales-ended' | 'sold-out';

/** Finds the first free seat, or says why none is sold now. There is no sale when there is no such flight. */
export const findSeat = (sale: Sale | undefined, now: Date): number | Refusal => {
  if (sale === undefined) return 'flight-not-found';
  if (now >= sale.departsAt) return 'flight-departed';
  if (now >= sale.salesEndAt) return 'sales-ended';
  return firstFree(sale) ?? 'sold-out';
};

const firstFree = ({ capacity, taken }: Sale): number | undefined => {
  for (let seat = 1; seat <= capacity; seat++) if (!taken.has(seat)) return seat;
  return undefined;
};
