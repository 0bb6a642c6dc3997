import type { SourceOverview } from '#gen/ops/v1/overview_pb.ts';
import type { JSX } from 'preact';
import type { Wire } from '../../client/wire.ts';
import { durationWords } from '../../parts/duration-words.ts';
import { countText, counted } from '../../parts/numbers.ts';
import { StateBadge } from '../../parts/state-badge.tsx';
import type { RateHistory } from './history.ts';
import { Rate, Unknown } from './known.tsx';

export interface SourceCardProps {
  source: Wire<SourceOverview>;
  history: RateHistory;
}

/** A service, what it writes a second, and what waits in its outbox. */
export const SourceCard = ({ source: shown, history }: SourceCardProps): JSX.Element => {
  const { source, known, createdPerSecond, backlogRows, oldestAgeSeconds, isCapped } = shown;
  const { failedRows, blockedKeys } = shown;
  return (
    <article class="card">
      <header>
        <h3>{source}</h3>
        {failedRows > 0 && <StateBadge tone="act" text={`${countText(failedRows)} failed`} />}
      </header>
      <Unknown known={known}>
        <Rate perSecond={createdPerSecond} name={`created/${source}`} history={history} />
        <p class="note">
          {backlogRows === 0
            ? 'all sent'
            : `${countText(backlogRows)}${isCapped ? ' or more' : ''} to send, the oldest for ${durationWords(oldestAgeSeconds)}`}
          {blockedKeys > 0 && `; ${counted(blockedKeys, 'order')} blocked`}
        </p>
      </Unknown>
    </article>
  );
};
