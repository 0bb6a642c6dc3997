import { sleep } from '#platform/base/sleep.ts';

/** A process that can be frozen, for a while or for ever. Everything that it does waits at its gate. */
export interface Freezable {
  /** Resolves when the process runs: at once, after the thaw, or never. */
  gate(): Promise<void>;
  freeze(ms: number): void;
  kill(): void;
  /**
   * Starts to observe the process; the function returned says whether it was frozen at that moment or at any time
   * since.
   */
  watch(): () => boolean;
}

export const createFreezable = (): Freezable => {
  let closed: Promise<void> | undefined;
  let isDead = false;
  let freezes = 0;
  return {
    gate: async () => {
      while (closed) await closed;
    },
    freeze: (ms) => {
      if (isDead) return;
      freezes += 1;
      const thaw = sleep(ms).then(() => {
        if (closed === thaw) closed = undefined;
      });
      closed = thaw;
    },
    kill: () => {
      isDead = true;
      freezes += 1;
      closed = new Promise(() => undefined);
    },
    watch: () => {
      const before = closed ? -1 : freezes;
      return () => freezes !== before;
    },
  };
};
