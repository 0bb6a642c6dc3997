import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Answer } from '../../client/wire.ts';
import { watch } from '../../client/watch.ts';
import { Moment } from '../../parts/moment.tsx';
import { Says } from '../../parts/says.tsx';
import { Flow } from './flow.tsx';
import { afterMessage, noHistory, type RateHistory } from './history.ts';
import { Problems } from './problems.tsx';
import './overview.css';

interface Seen {
  overview?: NonNullable<Answer<'WatchOverview'>['overview']>;
  history: RateHistory;
  failure?: string;
}

/** Whether the topics are known to be empty. */
const isNew = ({ topics }: NonNullable<Seen['overview']>): boolean =>
  topics.length > 0 &&
  topics.every(({ partitions }) => partitions.every(({ endOffset }) => endOffset === '0'));

/** Whether everything flows: the path of the events as a picture, live, and what somebody has to do. */
export const Overview = (): JSX.Element => {
  const [{ overview, history, failure }, setSeen] = useState<Seen>({ history: noHistory });
  useEffect(
    () =>
      watch(
        'WatchOverview',
        {},
        {
          onMessage: (message) =>
            setSeen((before) => ({
              ...(message.overview && { overview: message.overview }),
              history: afterMessage(before.history, message),
            })),
          onRefused: ({ message }) => setSeen((before) => ({ ...before, failure: message })),
        },
      ),
    [],
  );
  return (
    <>
      <div class="title">
        <h1>Overview</h1>
        {overview?.at !== undefined && (
          <p class="note">
            as of <Moment at={overview.at} />
          </p>
        )}
      </div>
      {failure !== undefined && <Says tone="act">{failure}</Says>}
      {overview === undefined ? (
        <p class="note">Looking …</p>
      ) : (
        <>
          <Problems problems={overview.problems} isNew={isNew(overview)} />
          <Flow overview={overview} history={history} />
        </>
      )}
    </>
  );
};
