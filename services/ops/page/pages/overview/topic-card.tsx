import type { TopicOverview } from '#gen/ops/v1/overview_pb.ts';
import type { JSX } from 'preact';
import type { Wire } from '../../client/wire.ts';
import { countText } from '../../parts/numbers.ts';
import type { RateHistory } from './history.ts';
import { Rate, Unknown } from './known.tsx';

export interface TopicCardProps {
  topic: Wire<TopicOverview>;
  history: RateHistory;
}

/** A topic, what is written to it a second, and how far each partition has come. */
export const TopicCard = ({ topic: shown, history }: TopicCardProps): JSX.Element => {
  const { topic, known, perSecond, partitions } = shown;
  return (
    <article class="card">
      <header>
        <h3>{topic}</h3>
      </header>
      <Unknown known={known}>
        <Rate perSecond={perSecond} name={`topic/${topic}`} history={history} />
        <ol class="partitions" aria-label={`Partitions of ${topic}`}>
          {partitions.map(({ partition, endOffset, leader, error }) => (
            <li
              key={partition}
              class={leader === '' || error !== '' ? 'act' : ''}
              title={`partition ${partition}, led by ${leader === '' ? 'nobody' : leader}${error && `: ${error}`}`}
            >
              <b>p{partition}</b> {endOffset === undefined ? '–' : countText(endOffset)}
            </li>
          ))}
        </ol>
      </Unknown>
    </article>
  );
};
