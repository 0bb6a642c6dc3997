import { signal } from '@preact/signals';
import type { JSX } from 'preact';

const shownMs = 6_000;

interface Toast {
  id: number;
  text: string;
}

const toasts = signal<readonly Toast[]>([]);
let lastId = 0;

/** Tells the reader what has just happened, for a few seconds; screen readers say it, too. */
export const say = (text: string): void => {
  const id = (lastId += 1);
  toasts.value = [...toasts.value, { id, text }];
  setTimeout(() => {
    toasts.value = toasts.value.filter((toast) => toast.id !== id);
  }, shownMs);
};

export const Toasts = (): JSX.Element => (
  <div class="toasts" role="status" aria-live="polite">
    {toasts.value.map(({ id, text }) => (
      <p key={id}>{text}</p>
    ))}
  </div>
);
