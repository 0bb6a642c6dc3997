import type { JSX } from 'preact';

/** ok: all is well; wait: it goes on by itself; act: somebody has to do something; off: nothing is known or meant. */
export type Tone = 'ok' | 'wait' | 'act' | 'off';

/** A state in a word; the colour only repeats what the word says. */
export const StateBadge = ({ tone, text }: { tone: Tone; text: string }): JSX.Element => (
  <span class={`badge ${tone}`}>{text}</span>
);
