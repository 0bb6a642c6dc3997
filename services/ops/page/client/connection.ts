import { computed, signal } from '@preact/signals';
import { now } from './clock.ts';

/** Since when each live part of the page is without its connection. */
const lost = signal<ReadonlyMap<symbol, number>>(new Map());

/** Since when the page shows old figures, by the clock of ops; undefined while all is connected. */
export const lostSince = computed(() =>
  lost.value.size === 0 ? undefined : Math.min(...lost.value.values()),
);

export const isLost = (part: symbol): void => {
  if (!lost.value.has(part)) lost.value = new Map(lost.value).set(part, now.peek());
};

export const isBack = (part: symbol): void => {
  const rest = new Map(lost.value);
  if (rest.delete(part)) lost.value = rest;
};
