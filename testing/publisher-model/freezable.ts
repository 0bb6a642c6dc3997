import { sleep } from '#platform/base/sleep.ts';

/** A process that can be stopped for a while or for ever; what it does passes its gate. */
export interface Freezable {
  /** Resolves when it runs: at once, after the thaw, or never. */
  gate(): Promise<void>;
  freeze(ms: number): void;
  kill(): void;
  /** Begins to watch: was it stopped then, or at any time since? */
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
