import type { JSX } from 'preact';
import { LetterActs } from '../../parts/letter-acts.tsx';
import { Table } from '../../parts/table.tsx';
import { addressOf } from '../dead-letters/letter-state.tsx';
import { shortType, type Taken, type Timeline } from './timeline.ts';

/** The messages of the order that consumers gave up, and what may be done with them. */
export const Letters = ({ timeline }: { timeline: Timeline }): JSX.Element | null => {
  const letters = messagesOf(timeline, 'DEAD');
  if (letters.length === 0) return null;
  return (
    <Table
      caption="Dead letters"
      isCaptionShown
      head={['Consumer', 'Event', 'What happened', 'Act']}
      rows={letters.map(({ consumer, ...message }) => ({
        key: `${consumer} ${message.eventId}`,
        cells: [
          consumer,
          <a href={addressOf({ eventId: message.eventId, consumer })}>
            {shortType(message.eventType)}
          </a>,
          message.says,
          <LetterActs consumer={consumer} message={message} />,
        ],
      }))}
    />
  );
};

/** The messages that consumers have parked and that stand with no event below: they came from elsewhere, or theirs is gone. */
export const Parked = ({ timeline }: { timeline: Timeline }): JSX.Element | null => {
  const shown = new Set(timeline.entries.map(({ event }) => event?.id));
  const parked = messagesOf(timeline, 'PARKED').filter(({ eventId }) => !shown.has(eventId));
  if (parked.length === 0) return null;
  return (
    <Table
      caption="Parked at their consumers"
      isCaptionShown
      head={['Consumer', 'Event', 'What happened']}
      rows={parked.map(({ consumer, eventId, eventType, says }) => ({
        key: `${consumer} ${eventId}`,
        cells: [consumer, shortType(eventType), says],
      }))}
    />
  );
};

const messagesOf = ({ consumers }: Timeline, outcome: string): Taken[] =>
  consumers.flatMap(({ consumer, messages }) =>
    messages
      .filter((message) => message.outcome === outcome)
      .map((message) => ({ ...message, consumer })),
  );
