import type { JSX } from 'preact';
import { now } from '../client/clock.ts';
import { exactly } from './moment.tsx';
import { durationWords } from './duration-words.ts';

/** How long ago something was, or how long until it is; it ticks. */
export const Age = ({ at }: { at: string | number }): JSX.Element => {
  const date = new Date(at);
  const seconds = (now.value - date.getTime()) / 1_000;
  return (
    <time class="age" dateTime={date.toISOString()} title={exactly(at)}>
      {seconds < -0.5 ? `in ${durationWords(-seconds)}` : durationWords(seconds)}
    </time>
  );
};
