import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { now } from '../../client/clock.ts';
import { useCall } from '../../client/use-call.ts';
import type { PageProps } from '../../page-props.ts';
import { Age } from '../../parts/age.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { FilterForm } from '../../parts/filter-form.tsx';
import { Followed } from '../../parts/followed.tsx';
import { Moment } from '../../parts/moment.tsx';
import { Says } from '../../parts/says.tsx';
import { StateBadge, type Tone } from '../../parts/state-badge.tsx';
import { Table, type Row } from '../../parts/table.tsx';
import { IgnoreGroup, RedriveGroup } from './group-acts.tsx';
import type { Group } from './group-runs.ts';
import { RunProgress } from './run-progress.tsx';

const refreshSeconds = 5;

const kinds: Readonly<Record<string, { text: string; tone: Tone }>> = {
  FAILED: { text: 'not sent', tone: 'act' },
  DEAD_LETTER: { text: 'given up', tone: 'act' },
  PARKED: { text: 'tried again', tone: 'wait' },
  HELD: { text: 'partition held', tone: 'act' },
  UNWRITABLE: { text: 'partition not writable', tone: 'act' },
  SAGA: { text: 'not ended', tone: 'act' },
};

/** What does not go on by itself, by its cause. */
export const Stuck = ({ query }: PageProps): JSX.Element => {
  const turn = Math.floor(now.value / 1_000 / refreshSeconds);
  const [changes, setChanges] = useState(0);
  const service = query.get('service') ?? '';
  const { answer, failure } = useCall('ListStuck', { service }, `${turn} ${changes}`);
  const rowOf =
    (isIgnored: boolean) =>
    (group: Group): Row => ({
      key: group.cause,
      cells: cellsOf(group, isIgnored, () => setChanges((count) => count + 1)),
    });
  const { groups = [], ignored = [] } = answer ?? {};
  return (
    <>
      <h1>Stuck</h1>
      <FilterForm
        filters={[serviceFilter([...groups, ...ignored], service)]}
        isOfUse={groups.length > 1}
      />
      {failure !== undefined && <Says tone="act">{failure}</Says>}
      <RunProgress />
      <Followed />
      {answer !== undefined && groups.length === 0 && (
        <EmptyState
          says="Nothing is stuck: every event is sent or on its way, and every consumer goes on. What fails would be here, by its cause. To see some, let Kafka refuse large events of loms:"
          command="make kafka-limit bytes=700"
        >
          <a href="/new">Then order eight articles at once</a>
        </EmptyState>
      )}
      {groups.length > 0 && (
        <Table caption="By cause" {...columns} rows={groups.map(rowOf(false))} />
      )}
      {ignored.length > 0 && (
        <Table
          caption="Ignored for a while"
          isCaptionShown
          {...columns}
          rows={ignored.map(rowOf(true))}
        />
      )}
    </>
  );
};

/** The services of what is stuck; the chosen one stays there when it has nothing any more. */
const serviceFilter = (groups: readonly Group[], chosen: string) => {
  const names = new Set([...groups.map((group) => group.service), chosen]);
  names.delete('');
  const options = [...names].toSorted().map((name) => ({ value: name, text: name }));
  return { name: 'service', label: 'Service', options: [{ value: '', text: 'all' }, ...options] };
};

const columns = {
  head: ['What', 'Orders', 'Since', 'Newest', 'Some of them', 'Acts'],
  numbers: [1],
};

const cellsOf = (group: Group, isIgnored: boolean, onDone: () => void): Row['cells'] => {
  const { kind, orders, isCapped, failedAgain, since, newest } = group;
  const { text, tone } = kinds[kind] ?? { text: kind, tone: 'act' };
  return [
    <>
      <StateBadge tone={tone} text={text} /> <code>{group.reason}</code>
      <p class="cause">{group.says}</p>
      {failedAgain > 0 && (
        <p class="failure">
          {failedAgain} of them failed again after a redrive: the cause is not mended.
        </p>
      )}
      {isIgnored && group.ignoredUntil !== undefined && (
        <p class="note">
          Ignored by {group.ignoredBy} until <Moment at={group.ignoredUntil} />:{' '}
          {group.ignoreReason}
        </p>
      )}
    </>,
    kind === 'HELD' || kind === 'UNWRITABLE' ? '–' : `${String(orders)}${isCapped ? '+' : ''}`,
    since === undefined ? '' : <Age at={since} />,
    newest === undefined ? '' : <Age at={newest} />,
    <Sample group={group} />,
    <span class="row-acts">
      <RedriveGroup group={group} />
      <IgnoreGroup group={group} isIgnored={isIgnored} onDone={onDone} />
    </span>,
  ];
};

const mostShown = 5;

const Sample = ({ group }: { group: Group }): JSX.Element => (
  <div>
    {group.sample.slice(0, mostShown).map((key) => (
      <span key={key} class="sample">
        <a href={`/orders/${encodeURIComponent(key)}`}>{key}</a>{' '}
      </span>
    ))}
    {group.kind === 'DEAD_LETTER' && (
      <span class="sample">
        <a
          href={`/dead-letters?${new URLSearchParams({ consumer: group.consumer, topic: group.topic, error: group.reason }).toString()}`}
        >
          all messages
        </a>
      </span>
    )}
  </div>
);
