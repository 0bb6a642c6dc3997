/** Something that needs a timer unless it ends before. */
export interface Expiring {
  /** Starts the timer. */
  arm(): void;
}

/** After this time a call that has not ended gets a timer of its own. */
export const armAfterMs = 50;

const fresh = new Set<Expiring>();
let timer: NodeJS.Timeout | undefined;

/** Arms it within `armAfterMs`, together with others: most calls end before, and never pay for a timer. */
export const armLater = (expiring: Expiring): void => {
  fresh.add(expiring);
  timer ??= setTimeout(armAll, armAfterMs);
};

/** It has ended: it is not armed any more, and nothing keeps it in memory. */
export const armNever = (expiring: Expiring): void => {
  fresh.delete(expiring);
};

const armAll = () => {
  timer = undefined;
  for (const expiring of fresh) expiring.arm();
  fresh.clear();
};
