import type { ComponentChildren, JSX } from 'preact';
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
  const more = columnsFor(timeline);
  return (
    <section>
      <Table
        caption="Events"
        isCaptionShown
        head={[
          'Event',
          'Seq',
          'State',
          'Age',
          'What became of it',
          ...more.map(({ head }) => head),
        ]}
        numbers={[1]}
        rows={entries.map((entry) => ({
          key: entry.event?.id ?? '',
          cells: [...cellsOf(entry, onPayload), ...more.map(({ cell }) => cell(entry))],
        }))}
      />
      {timeline.consumers.length === 0 && (
        <p class="note after">
          Who consumes these events keeps no record of each; <a href="/">the overview</a> shows how
          far they are.
        </p>
      )}
    </section>
  );
};

const timeOf = ({ event }: Entry): string => `${event?.createdAt ?? ''} ${event?.seq ?? ''}`;

interface Column {
  head: string;
  cell: (entry: Entry) => ComponentChildren;
}

/** Columns that not all orders need: some consumers keep no record of what they handle, and few events fail. */
const columnsFor = (timeline: Timeline): Column[] => {
  const events = timeline.entries.flatMap(({ event }) => event ?? []);
  const isTaken = events.some(({ id }) => takenOf(timeline, id).length > 0);
  const isFailed = ({ status }: { status: string }) => status === 'FAILED';
  const consumers: Column = {
    head: 'Consumers',
    cell: ({ event }) => event && <Consumers taken={takenOf(timeline, event.id)} />,
  };
  const act: Column = {
    head: 'Act',
    cell: ({ event }) => event && isFailed(event) && <DiscardEvent event={event} />,
  };
  return [...(isTaken ? [consumers] : []), ...(events.some(isFailed) ? [act] : [])];
};

const cellsOf = (entry: Entry, onPayload: EventsProps['onPayload']) => {
  const { event, says, isStuck } = entry;
  if (event === undefined) return [];
  const { source, eventType, sequence, status, createdAt } = event;
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
    says,
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
