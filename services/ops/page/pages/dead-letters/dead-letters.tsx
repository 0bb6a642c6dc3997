import type { JSX } from 'preact';
import { now } from '../../client/clock.ts';
import { useCall } from '../../client/use-call.ts';
import type { PageProps } from '../../page-props.ts';
import { Age } from '../../parts/age.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { FilterForm } from '../../parts/filter-form.tsx';
import { NextPage } from '../../parts/next-page.tsx';
import { Says } from '../../parts/says.tsx';
import { Table } from '../../parts/table.tsx';
import { addressOf, LetterState, type Letter } from './letter-state.tsx';

const refreshSeconds = 5;

const filters = [
  { name: 'consumer', label: 'Consumer' },
  { name: 'topic', label: 'Topic' },
  { name: 'key', label: 'Order' },
  { name: 'reason', label: 'The error contains' },
  {
    name: 'all',
    label: 'State',
    options: [
      { value: '', text: 'to be dealt with' },
      { value: 'yes', text: 'all' },
    ],
  },
];

/** The messages that consumers gave up. */
export const DeadLetters = ({ query }: PageProps): JSX.Element => {
  const turn = Math.floor(now.value / 1_000 / refreshSeconds);
  const of = (name: string) => query.get(name) ?? '';
  const { answer, failure } = useCall(
    'ListDeadLetters',
    {
      consumer: of('consumer'),
      topic: of('topic'),
      key: of('key'),
      reason: of('reason'),
      firstLine: of('error'),
      includeSettled: of('all') !== '',
      pageToken: of('page'),
    },
    turn,
  );
  const letters = answer?.letters ?? [];
  return (
    <>
      <h1>Dead letters</h1>
      <FilterForm filters={filters} isOfUse />
      {failure !== undefined && <Says tone="act">{failure}</Says>}
      {answer !== undefined && letters.length === 0 && (
        <EmptyState
          says="No message was given up, or none fits. What a consumer gives up after all its attempts, or cannot read at all, would be here with its contents. To see one, send nonsense to a topic of order (make kafka-topics lists them):"
          command="make kafka-produce t=TOPIC k=demo v=nonsense"
        />
      )}
      {letters.length > 0 && (
        <Table
          caption="What consumers gave up, the newest first"
          head={['Order', 'Event', 'Consumer', 'Error', 'Attempts', 'Given up', 'State']}
          numbers={[4]}
          rows={letters.map((letter) => ({
            key: `${letter.consumer} ${letter.eventId}`,
            cells: cellsOf(letter),
          }))}
        />
      )}
      <NextPage token={answer?.nextPageToken ?? ''} />
    </>
  );
};

const cellsOf = (letter: Letter) => [
  <a href={addressOf(letter)}>{letter.key}</a>,
  letter.eventType || 'unknown',
  letter.consumer,
  <code class="error-line">{letter.error.split('\n')[0]}</code>,
  letter.attempts,
  letter.failedAt === undefined ? '' : <Age at={letter.failedAt} />,
  <LetterState letter={letter} />,
];
