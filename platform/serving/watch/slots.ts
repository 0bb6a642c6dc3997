import { timerMs } from '../../base/timer-ms.ts';

export interface SlotsOptions {
  /** How many slots there are. */
  max: number;
  /** How long a slot may be held. */
  longestMs: number;
}

export interface Slot {
  /** Aborts with the caller's signal, and when the longest time is over. */
  readonly signal: AbortSignal;
  /** To be called once, however the holding ends. */
  leave(): void;
}

export interface Slots {
  /**
   * Returns undefined when all slots are taken. `whenOver` makes the signal's reason when the longest time is
   * over.
   */
  enter(signal: AbortSignal, whenOver: () => Error): Slot | undefined;
  taken(): number;
}

/** Creates `max` slots, each of which is held for `longestMs` at most. */
export const createSlots = ({ max, longestMs }: SlotsOptions): Slots => {
  let taken = 0;
  return {
    taken: () => taken,
    enter: (signal, whenOver) => {
      if (taken >= max) return undefined;
      taken += 1;
      const controller = new AbortController();
      const abort = () => controller.abort(signal.reason);
      const timer = setTimeout(() => controller.abort(whenOver()), timerMs(longestMs));
      if (signal.aborted) abort();
      else signal.addEventListener('abort', abort, { once: true });
      return {
        signal: controller.signal,
        leave: () => {
          taken -= 1;
          clearTimeout(timer);
          signal.removeEventListener('abort', abort);
        },
      };
    },
  };
};
