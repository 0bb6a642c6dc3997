import type { GroupOverview } from '#gen/ops/v1/overview_pb.ts';
import type { JSX } from 'preact';
import type { Wire } from '../../client/wire.ts';
import { isAddress } from '../../addresses.ts';
import { countText, counted, rateText } from '../../parts/numbers.ts';
import { RateChart } from '../../parts/rate-chart.tsx';
import { StateBadge, type Tone } from '../../parts/state-badge.tsx';
import type { RateHistory } from './history.ts';
import { Unknown } from './known.tsx';

export interface GroupCardProps {
  group: Wire<GroupOverview>;
  history: RateHistory;
}

/** A consumer group: its members and their partitions, how far it is behind, and what it does with the messages. */
export const GroupCard = ({ group: shown, history }: GroupCardProps): JSX.Element => {
  const { group, topic, known, state, members, lag } = shown;
  const { times, rates } = history;
  const name = `group/${group}/${topic}`;
  const waits = Number(lag ?? 0);
  return (
    <article class="card group">
      <header>
        <h3>{group}</h3>
        {known?.unknownSince === undefined && <State state={state} hasToAct={waits > 0} />}
      </header>
      <Unknown known={known}>
        <div class="columns">
          <Members group={shown} />
          <div>
            <RateChart times={times} values={rates.get(name) ?? times.map(() => null)} />
            <p class="note">
              {lag === undefined
                ? 'lag not known'
                : waits === 0
                  ? 'no lag'
                  : `${countText(lag)} behind`}
            </p>
          </div>
        </div>
        {members.length > 0 && <Unassigned group={shown} />}
      </Unknown>
      <Effect group={shown} />
    </article>
  );
};

const states: Readonly<Record<string, [Tone, string]>> = {
  Stable: ['ok', 'at work'],
  PreparingRebalance: ['wait', 'sharing out'],
  CompletingRebalance: ['wait', 'sharing out'],
};

const State = ({ state, hasToAct }: { state: string; hasToAct: boolean }): JSX.Element => {
  const [tone, text] = states[state] ?? [hasToAct ? 'act' : 'off', 'nobody'];
  return <StateBadge tone={tone} text={text} />;
};

/** While the members share the partitions out Kafka does not say who they are. */
const nobodyIn = (state: string): string =>
  states[state]?.[0] === 'wait' ? 'the members share the partitions out' : 'no process';

const Members = ({ group: shown }: { group: Wire<GroupOverview> }) => {
  const { group, members, partitions, state } = shown;
  const lagOf = (partition: number) => partitions.find((each) => each.partition === partition)?.lag;
  return (
    <ul class="members" aria-label={`Members of ${group}`}>
      {members.map(({ clientId, host, partitions: owned }) => (
        <li
          key={`${clientId} ${host}`}
          title={`on ${host}`}
          class={owned.length === 0 ? 'idle' : ''}
        >
          <span class="name">{clientId}</span>
          {owned.length === 0 && <span class="note">stands by</span>}
          {owned.map((partition) => (
            <span class="partition" key={partition}>
              <b>p{partition}</b>
              {Number(lagOf(partition) ?? 0) > 0 && ` −${countText(lagOf(partition) ?? 0)}`}
            </span>
          ))}
        </li>
      ))}
      {members.length === 0 && <li class="note">{nobodyIn(state)}</li>}
    </ul>
  );
};

/** Partitions that no member has, e.g. in the moment after a member was killed. */
const Unassigned = ({ group: { members, partitions } }: { group: Wire<GroupOverview> }) => {
  const owned = new Set(members.flatMap((member) => member.partitions));
  const free = partitions.filter(({ partition }) => !owned.has(partition));
  if (free.length === 0) return null;
  return <p class="wait">nobody has {free.map(({ partition }) => `p${partition}`).join(', ')}</p>;
};

/** What becomes of the messages: how many a second are through, and with an inbox what is left over of them. */
const Effect = ({ group: { inbox, perSecond } }: { group: Wire<GroupOverview> }): JSX.Element => {
  const rate = rateText(perSecond);
  if (inbox === undefined) return <p class="effect">→ {rate} handled</p>;
  const { service, consumer, known, parkedKeys, deadLetters, held } = inbox;
  const letters = `/dead-letters?consumer=${encodeURIComponent(consumer)}`;
  return (
    <div class="effect">
      → {rate} accepted, once each, in {service}
      <Unknown known={known}>
        {parkedKeys > 0 && (
          <StateBadge tone="wait" text={`${counted(parkedKeys, 'order')} parked`} />
        )}
        {held.length > 0 && <StateBadge tone="act" text={counted(held.length, 'held partition')} />}
        {deadLetters > 0 && (
          <>
            <StateBadge tone="act" text={counted(deadLetters, 'dead letter')} />
            {isAddress('/dead-letters') && <a href={letters}>Show</a>}
          </>
        )}
      </Unknown>
    </div>
  );
};
