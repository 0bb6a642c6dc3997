import { LeaseLost } from '../domain/lease.ts';
import type { SentRow } from '../domain/row.ts';

export interface Marker {
  /** Waits for the previous mark, then begins this one. Rejects when the previous one failed. */
  begin(sent: readonly SentRow[]): Promise<void>;
  /** The ids of rows that are sent but that a read starting now may still find unsent. */
  unmarked(): ReadonlySet<string>;
  /** Resolves when everything begun is marked; rejects when it could not be. */
  settled(): Promise<void>;
}

/** Marks one batch at a time while the next request is in flight. */
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
      // two may begin at once: each waits for the previous one
      marking = before.then(() => mark(sent)).then(() => void beingMarked.delete(sent));
      // handled by the next `begin` or by `settled`
      marking.catch(() => undefined);
      await before;
    },
    unmarked: () => new Set([...beingMarked].flat().map(({ row }) => row.id)),
    settled: () => marking,
  };
};
