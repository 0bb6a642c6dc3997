import { timerMs } from '../../base/timer-ms.ts';

export interface SlotsOptions {
  /** How many may be in at a time. */
  max: number;
  /** How long one may stay. */
  longestMs: number;
}

export interface Slot {
  /** Aborts with the caller's signal, and when the longest time is over. */
  readonly signal: AbortSignal;
  /** To be called once, however the stay ends. */
  leave(): void;
}

export interface Slots {
  /** Undefined when all are taken. `whenOver` is the signal's reason when the longest time is over. */
  enter(signal: AbortSignal, whenOver: () => Error): Slot | undefined;
  taken(): number;
}

/** Lets at most `max` in at a time, and nobody stay longer than `longestMs`. */
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
