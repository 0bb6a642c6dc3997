import type { Known, Overview, PublisherOverview } from '#gen/ops/v1/overview_pb.ts';
import { Fragment, type JSX } from 'preact';
import type { Wire } from '../../client/wire.ts';
import { durationWords } from '../../parts/duration-words.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { counted } from '../../parts/numbers.ts';
import { StateBadge } from '../../parts/state-badge.tsx';
import { GroupCard } from './group-card.tsx';
import type { RateHistory } from './history.ts';
import { Unknown } from './known.tsx';
import { lanesOf } from './lanes.ts';
import { SourceCard } from './source-card.tsx';
import { TopicCard } from './topic-card.tsx';

export interface FlowProps {
  overview: Wire<Overview>;
  history: RateHistory;
}

/** The path of the events from left to right, a row for each topic; the publishers serve all rows. */
export const Flow = ({ overview, history }: FlowProps): JSX.Element => {
  const lanes = lanesOf(overview);
  return (
    <div class="flow" style={{ '--lanes': lanes.length }}>
      <h2 class="outboxes">Services and their outboxes</h2>
      <h2 class="publishers">Publishers</h2>
      <h2 class="topics">Topics</h2>
      <h2 class="consumers">Consumers and their effects</h2>
      <Publishers publishers={overview.publishers} known={overview.publishersKnown} />
      {lanes.map(({ topic, sources, groups }, row) => (
        <Fragment key={topic?.topic ?? 'none'}>
          <div class="cell outboxes" style={{ '--row': row + 2 }}>
            {sources.map((source) => (
              <SourceCard key={source.source} source={source} history={history} />
            ))}
          </div>
          <div class="cell topics" style={{ '--row': row + 2 }}>
            {topic && <TopicCard topic={topic} history={history} />}
          </div>
          <div class="cell consumers" style={{ '--row': row + 2 }}>
            {groups.map((group) => (
              <GroupCard key={group.group} group={group} history={history} />
            ))}
            {topic?.known?.unknownSince === undefined && topic && groups.length === 0 && (
              <p class="note">Nobody has consumed it yet.</p>
            )}
          </div>
        </Fragment>
      ))}
    </div>
  );
};

interface PublishersProps {
  publishers: readonly Wire<PublisherOverview>[];
  known: Wire<Known> | undefined;
}

const Publishers = ({ publishers, known }: PublishersProps): JSX.Element => (
  <div class="cell publishers">
    <Unknown known={known}>
      {publishers.length === 0 && (
        <EmptyState says="No publisher runs." command="make run s=outbox-publisher" />
      )}
      {publishers.map(({ id, leaseAgeSeconds, isExpired, owned }) => (
        <article class="card" key={id}>
          <header>
            <h3>{id}</h3>
            {isExpired && <StateBadge tone="wait" text="lease over" />}
          </header>
          <p class="note">publisher, lease renewed {durationWords(leaseAgeSeconds)} ago</p>
          <dl class="pairs">
            {owned.map(({ source, buckets }) => (
              <Fragment key={source}>
                <dt>{source}</dt>
                <dd>{counted(buckets, 'bucket')}</dd>
              </Fragment>
            ))}
          </dl>
        </article>
      ))}
    </Unknown>
  </div>
);
