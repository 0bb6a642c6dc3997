import { signal } from '@preact/signals';

const tolerated = 2_000; // the header has whole seconds
let aheadMs = 0;

/** Compares the clock of ops with the browser's, so that ages are right where the browser's is wrong. */
export const noteServerDate = (response: Response): void => {
  const date = Date.parse(response.headers.get('date') ?? '');
  if (Number.isNaN(date)) return;
  const difference = date + 500 - Date.now();
  aheadMs = Math.abs(difference) > tolerated ? difference : 0;
};

const readClock = (): number => Date.now() + aheadMs;

/** The time by the clock of ops, in milliseconds; it changes once a second. */
export const now = signal(readClock());

/** Lets `now` go on; it stops while nobody can see the page. */
export const startClock = (): void => {
  setInterval(() => {
    if (!document.hidden) now.value = readClock();
  }, 1_000);
};
