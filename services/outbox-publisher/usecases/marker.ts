import { LeaseLost } from '../domain/lease.ts';
import type { SentRow } from '../domain/row.ts';

export interface Marker {
  /** Waits for the mark before, then begins this one. Rejects when the one before failed. */
  begin(sent: readonly SentRow[]): Promise<void>;
  /** The ids of rows that are sent and that a read which begins now may still find unsent. */
  unmarked(): ReadonlySet<string>;
  /** Resolves when everything begun is marked; rejects when it could not be. */
  settled(): Promise<void>;
}

/** Marks one batch at a time while the next request is on the wire. */
export const createMarker = (markSent: (sent: readonly SentRow[]) => Promise<boolean>): Marker => {
  let marking: Promise<void> = Promise.resolve();
  const beingMarked = new Set<readonly SentRow[]>();
  const mark = async (sent: readonly SentRow[]): Promise<void> => {
    if (await markSent(sent)) return;
    throw new LeaseLost('its epoch ended before sent rows could be marked');
  };
  return {
    begin: async (sent) => {
      const before = marking;
      beingMarked.add(sent);
      // two may begin at once: each waits for the one before
      marking = before.then(() => mark(sent)).then(() => void beingMarked.delete(sent));
      // looked at by the next `begin` or by `settled`
      marking.catch(() => undefined);
      await before;
    },
    unmarked: () => new Set([...beingMarked].flat().map(({ row }) => row.id)),
    settled: () => marking,
  };
};
