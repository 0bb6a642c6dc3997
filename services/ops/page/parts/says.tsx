import type { ComponentChildren, JSX } from 'preact';
import type { Tone } from './state-badge.tsx';

/** A sentence that explains something, with the mark of how urgent it is. */
export const Says = ({
  tone,
  children,
}: {
  tone: Tone;
  children: ComponentChildren;
}): JSX.Element => <p class={`says ${tone}`}>{children}</p>;
