import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useWatch } from '../../client/use-call.ts';
import type { PageProps } from '../../page-props.ts';
import { Age } from '../../parts/age.tsx';
import { CopyId } from '../../parts/copy-id.tsx';
import { Followed } from '../../parts/followed.tsx';
import { Says } from '../../parts/says.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { Table } from '../../parts/table.tsx';
import { TraceLink } from '../../parts/trace-link.tsx';
import { RedriveActs, ReplayActs } from './acts.tsx';
import { Diagram } from './diagram.tsx';
import { Events } from './events.tsx';
import { Letters, Parked } from './messages.tsx';
import { NextSteps } from './next-steps.tsx';
import { Payload } from './payload.tsx';
import { SearchResults } from './search-results.tsx';
import { ofSystem, type Entry, type Lifecycle, type Timeline } from './timeline.ts';

/** One order: how far it is, why it is stuck, its events, what the consumers did with them, and what may be done. */
export const Order = ({ params, query }: PageProps): JSX.Element => {
  const key = params['key'] ?? '';
  const { answer, failure } = useWatch('WatchTimeline', { key });
  const timeline = answer?.timeline;
  return (
    <>
      {failure !== undefined && <Says tone="act">{failure}</Says>}
      {timeline === undefined ? (
        <h1>Order {key}</h1>
      ) : (
        <Known name={key} timeline={timeline} system={query.get('system') ?? ''} />
      )}
    </>
  );
};

interface KnownProps {
  name: string;
  timeline: Timeline;
  system: string;
}

const Known = ({ name, timeline: whole, system }: KnownProps): JSX.Element => {
  const { lifecycles } = whole;
  const chosen = lifecycles.find((each) => each.system === system) ?? lifecycles[0];
  if (chosen === undefined && whole.entries.length + whole.consumers.length === 0)
    return <SearchResults text={name} />;
  const timeline =
    chosen === undefined || lifecycles.length === 1 ? whole : ofSystem(whole, chosen);
  return (
    <>
      <Heading name={name} chosen={chosen} timeline={timeline} />
      {lifecycles.length > 1 && <Systems lifecycles={lifecycles} name={name} chosen={chosen} />}
      {whole.whyStuck.map((each) => (
        <Says key={each} tone="act">
          {each}
        </Says>
      ))}
      <Followed />
      {chosen !== undefined && <Diagram lifecycle={chosen} />}
      {chosen !== undefined && <NextSteps name={name} lifecycle={chosen} />}
      <Details name={name} timeline={timeline} />
    </>
  );
};

const Heading = ({
  name,
  chosen,
  timeline,
}: {
  name: string;
  chosen: Lifecycle | undefined;
  timeline: Timeline;
}): JSX.Element => {
  const begun = timeline.entries
    .flatMap(({ event }) => event?.createdAt ?? [])
    .toSorted()
    .at(0);
  return (
    <header class="order">
      <h1>
        {chosen === undefined ? 'Order' : titleOf(chosen)} <CopyId id={name} name="order id" />
      </h1>
      {chosen !== undefined && (
        <StateBadge tone={chosen.hasEnded ? 'ok' : 'wait'} text={chosen.state} />
      )}
      {timeline.whyStuck.length > 0 && <StateBadge tone="act" text="stuck" />}
      {begun !== undefined && (
        <span class="note">
          first event <Age at={begun} isPast /> ago
        </span>
      )}
      <TraceLink of={timeline.entries.map(({ event }) => event?.headers ?? {})} />
      <RedriveActs name={name} timeline={timeline} />
    </header>
  );
};

const titleOf = ({ title }: Lifecycle): string =>
  title === 'events' ? 'Order' : `${title.slice(0, 1).toUpperCase()}${title.slice(1)} order`;

const Systems = (props: {
  lifecycles: readonly Lifecycle[];
  name: string;
  chosen: Lifecycle | undefined;
}): JSX.Element => (
  <nav class="systems" aria-label="Systems that know this id">
    Several systems have an order with this id:{' '}
    {props.lifecycles.map(({ system, title, state }) => (
      <a
        key={system}
        href={`/orders/${encodeURIComponent(props.name)}?system=${system}`}
        {...(system === props.chosen?.system && { 'aria-current': 'page' as const })}
      >
        {title} ({state})
      </a>
    ))}
  </nav>
);

const Details = ({ name, timeline }: { name: string; timeline: Timeline }): JSX.Element => {
  const [opened, setOpened] = useState<Entry>();
  return (
    <div class="stack">
      <Letters timeline={timeline} />
      <Parked timeline={timeline} />
      <Events timeline={timeline} onPayload={setOpened} />
      {timeline.hasEarlier && (
        <p class="note">There are earlier events: ./inorder timeline {name} --limit 500</p>
      )}
      <Consumers timeline={timeline} />
      <Timers timeline={timeline} />
      <ReplayActs name={name} timeline={timeline} />
      {opened?.event !== undefined && (
        <Payload event={opened.event} onClose={() => setOpened(undefined)} />
      )}
    </div>
  );
};

const Consumers = ({ timeline }: { timeline: Timeline }): JSX.Element | null => {
  const rows = timeline.consumers.flatMap(({ consumer, topic, positions, held }) => [
    ...positions.map(({ source, says }) => ({
      key: `${consumer} ${topic} ${source}`,
      cells: [consumer, topic, source, says],
    })),
    ...held.map(({ partition, says }) => ({
      key: `${consumer} ${topic} held ${partition}`,
      cells: [consumer, topic, '', <span class="failure">{says}</span>],
    })),
  ]);
  if (rows.length === 0) return null;
  const head = ['Consumer', 'Topic', 'Events from', 'How far it is'];
  return <Table caption="Consumers" isCaptionShown head={head} rows={rows} />;
};

const Timers = ({ timeline }: { timeline: Timeline }): JSX.Element | null => {
  if (timeline.timers.length === 0) return null;
  const rows = timeline.timers.map(({ service, kind, dueAt, says }) => ({
    key: `${service} ${kind}`,
    cells: [service, kind, dueAt === undefined ? '' : <Age at={dueAt} />, says],
  }));
  const head = ['Timer of', 'For', 'Due', 'As ops saw it'];
  return <Table caption="Timers" isCaptionShown head={head} rows={rows} />;
};
