import type { JSX } from 'preact';
import { Age } from '../../parts/age.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { StateBadge, type Tone } from '../../parts/state-badge.tsx';
import { Table } from '../../parts/table.tsx';
import { DiscardEvent } from './acts.tsx';
import { shortType, takenOf, type Entry, type Taken, type Timeline } from './timeline.ts';

export interface EventsProps {
  timeline: Timeline;
  onPayload: (entry: Entry) => void;
}

/** The events of the order by time: where each is, and what every consumer did with it. */
export const Events = ({ timeline, onPayload }: EventsProps): JSX.Element => {
  const entries = timeline.entries.toSorted((a, b) => timeOf(a).localeCompare(timeOf(b)));
  if (entries.length === 0)
    return (
      <EmptyState says="No event of this order is in an outbox: none was written yet, or its days are over." />
    );
  return (
    <Table
      caption="Events"
      isCaptionShown
      head={[
        'Event',
        'Seq',
        'State',
        'Age',
        'Partition/offset',
        'What became of it',
        'Consumers',
        'Act',
      ]}
      numbers={[1]}
      rows={entries.map((entry) => ({
        key: entry.event?.id ?? '',
        cells: cellsOf(entry, timeline, onPayload),
      }))}
    />
  );
};

const timeOf = ({ event }: Entry): string => `${event?.createdAt ?? ''} ${event?.seq ?? ''}`;

const cellsOf = (entry: Entry, timeline: Timeline, onPayload: EventsProps['onPayload']) => {
  const { event, says, isStuck } = entry;
  if (event === undefined) return [];
  const { source, eventType, sequence, status, createdAt, partition, offset } = event;
  return [
    <>
      <button
        type="button"
        class="plain"
        aria-label={`Contents of ${shortType(eventType)} ${sequence}`}
        onClick={() => onPayload(entry)}
      >
        {shortType(eventType)}
      </button>
      <div class="note">{source}</div>
    </>,
    sequence,
    <StateBadge tone={toneOf(status, isStuck)} text={status} />,
    createdAt === undefined ? '' : <Age at={createdAt} isPast />,
    offset === undefined ? '–' : `${partition ?? 0}/${offset}`,
    says,
    <Consumers taken={takenOf(timeline, event.id)} />,
    status === 'FAILED' ? <DiscardEvent event={event} /> : '',
  ];
};

const toneOf = (status: string, isStuck: boolean): Tone => {
  if (isStuck) return 'act';
  if (status === 'COMPLETED') return 'ok';
  return status === 'DISCARDED' ? 'off' : 'wait';
};

const outcomeTones: Readonly<Record<string, Tone>> = {
  HANDLED: 'ok',
  PARKED: 'wait',
  DEAD: 'act',
  DISCARDED: 'off',
};

const Consumers = ({ taken }: { taken: readonly Taken[] }): JSX.Element => (
  <ul class="bare">
    {taken.map(({ consumer, outcome, isStuck, says }) => (
      <li key={consumer} title={says}>
        {consumer}{' '}
        <StateBadge tone={isStuck ? 'act' : (outcomeTones[outcome] ?? 'off')} text={outcome} />
        {outcome !== 'HANDLED' && <p class="note">{says}</p>}
      </li>
    ))}
  </ul>
);
