/** Something that wants a timer unless it has ended before. */
export interface Expiring {
  /** Starts the timer. */
  arm(): void;
}

/** What is left of a time is given a timer of its own after this long. */
export const armAfterMs = 50;

const fresh = new Set<Expiring>();
let timer: NodeJS.Timeout | undefined;

/** Arms it in `armAfterMs` at the latest, with others: most calls end before, and never pay for a timer. */
export const armLater = (expiring: Expiring): void => {
  fresh.add(expiring);
  timer ??= setTimeout(armAll, armAfterMs);
};

/** It has ended: nothing is armed, and nothing keeps it in memory. */
export const armNever = (expiring: Expiring): void => {
  fresh.delete(expiring);
};

const armAll = () => {
  timer = undefined;
  for (const expiring of fresh) expiring.arm();
  fresh.clear();
};
