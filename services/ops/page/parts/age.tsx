import type { JSX } from 'preact';
import { now } from '../client/clock.ts';
import { exactly } from './moment.tsx';
import { durationWords } from './duration-words.ts';

export interface AgeProps {
  at: string | number;
  /** It has happened, even where the clock, which ticks once a second, is not there yet. */
  isPast?: boolean;
}

/** How long ago something was, or how long until it is; it ticks. */
export const Age = ({ at, isPast = false }: AgeProps): JSX.Element => {
  const date = new Date(at);
  const seconds = (now.value - date.getTime()) / 1_000;
  return (
    <time class="age" dateTime={date.toISOString()} title={exactly(at)}>
      {seconds < -0.5 && !isPast ? `in ${durationWords(-seconds)}` : durationWords(seconds)}
    </time>
  );
};
