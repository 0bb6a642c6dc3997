import type { JSX } from 'preact';
import type { Answer } from '../../client/wire.ts';
import { indented } from '../../parts/indented.ts';
import { StateBadge } from '../../parts/state-badge.tsx';

export type Letter = Answer<'ListDeadLetters'>['letters'][number];

/** Where the page of a message is. */
export const addressOf = ({ eventId, consumer }: Pick<Letter, 'eventId' | 'consumer'>): string =>
  `/dead-letters/${eventId}?${new URLSearchParams({ consumer }).toString()}`;

/** What has become of a message after it was given up. */
export const LetterState = ({ letter }: { letter: Letter }): JSX.Element => {
  if (letter.discardedAt !== undefined) return <StateBadge tone="off" text="discarded" />;
  if (letter.redrivenAt !== undefined) return <StateBadge tone="ok" text="redriven" />;
  return <StateBadge tone="act" text="given up" />;
};

/** Whether something may still be done about a message. */
export const isOpen = ({ discardedAt, redrivenAt }: Letter): boolean =>
  discardedAt === undefined && redrivenAt === undefined;

/** The value with indents where it is JSON. */
export const readableValue = ({ value, valueForm }: Pick<Letter, 'value' | 'valueForm'>): string =>
  valueForm === 'json' ? indented(value) : value;
