import type { JSX } from 'preact';

export interface MomentProps {
  /** As ops writes it, or in milliseconds. */
  at: string | number;
}

/** A moment in the reader's zone; its exact time in UTC is on hover. */
export const Moment = ({ at }: MomentProps): JSX.Element => {
  const date = new Date(at);
  const isToday = date.toDateString() === new Date().toDateString();
  const text = isToday ? date.toLocaleTimeString() : date.toLocaleString();
  return (
    <time dateTime={date.toISOString()} title={exactly(at)}>
      {text}
    </time>
  );
};

/** The exact time in UTC, as ops gave it. */
export const exactly = (at: string | number): string =>
  typeof at === 'string' ? at : new Date(at).toISOString();
