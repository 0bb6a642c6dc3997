import type { JSX } from 'preact';
import { now } from '../../client/clock.ts';
import { useCall } from '../../client/use-call.ts';
import { durationWords } from '../../parts/duration-words.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Says } from '../../parts/says.tsx';
import { Table } from '../../parts/table.tsx';

const refreshSeconds = 5;

/** Whether everything flows: what waits in the outboxes. */
export const Overview = (): JSX.Element => {
  const turn = Math.floor(now.value / 1_000 / refreshSeconds);
  const { answer, failure } = useCall('GetOutboxStatus', {}, turn);
  const rows = (answer?.sources ?? []).flatMap(({ source, topics }) =>
    topics.map((topic) => ({
      key: `${source} ${topic.topic}`,
      cells: [
        source,
        topic.topic,
        topic.backlogRows,
        durationWords(topic.oldestAgeSeconds),
        topic.failedRows,
        topic.blockedKeys,
      ],
    })),
  );
  return (
    <>
      <h1>Overview</h1>
      {failure !== undefined && <Says tone="act">{failure}</Says>}
      {answer !== undefined && rows.length === 0 && (
        <EmptyState
          says="Every event is sent; what waits or has failed would be listed here."
          command="make demo"
        />
      )}
      {rows.length > 0 && (
        <Table
          caption="What waits in the outboxes"
          head={['Source', 'Topic', 'Waiting', 'Oldest', 'Failed', 'Blocked orders']}
          numbers={[2, 3, 4, 5]}
          rows={rows}
        />
      )}
    </>
  );
};
