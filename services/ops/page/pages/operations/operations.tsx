import type { JSX } from 'preact';
import { operationNames } from '../../../domain/words.ts';
import { now } from '../../client/clock.ts';
import { useCall } from '../../client/use-call.ts';
import type { PageProps } from '../../page-props.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { FilterForm } from '../../parts/filter-form.tsx';
import { Moment } from '../../parts/moment.tsx';
import { NextPage } from '../../parts/next-page.tsx';
import { Says } from '../../parts/says.tsx';
import { Table } from '../../parts/table.tsx';

const refreshSeconds = 5;

const filters = [
  { name: 'actor', label: 'Who' },
  {
    name: 'operation',
    label: 'What',
    options: [
      { value: '', text: 'all' },
      ...operationNames.map((name) => ({ value: name, text: name })),
    ],
  },
  {
    name: 'dry-runs',
    label: 'Dry runs',
    options: [
      { value: '', text: 'hidden' },
      { value: 'shown', text: 'shown' },
    ],
  },
];

/** Who changed what, and when. */
export const Operations = ({ query }: PageProps): JSX.Element => {
  const turn = Math.floor(now.value / 1_000 / refreshSeconds);
  const of = (name: string) => query.get(name) ?? '';
  const asked = {
    actor: of('actor'),
    operation: of('operation'),
    withoutDryRuns: of('dry-runs') !== 'shown',
    pageToken: of('page'),
  };
  const { answer, failure } = useCall('ListOperations', asked, turn);
  const operations = answer?.operations ?? [];
  return (
    <>
      <h1>Operations</h1>
      <FilterForm filters={filters} isOfUse />
      {failure !== undefined && <Says tone="act">{failure}</Says>}
      {answer !== undefined && operations.length === 0 && (
        <EmptyState
          says="Nobody has changed anything, or nothing fits. Each redrive, discard and replay, from here or the command line, would be here with its operator. The first one may be to send the events of an order again:"
          command="./inorder replay 1 --source loms"
        />
      )}
      {operations.length > 0 && (
        <Table
          caption="Who changed what, the newest first"
          head={['At', 'Who', 'What', 'Service', 'Rows', 'Of']}
          numbers={[4]}
          rows={operations.map(({ id, at, ...operation }) => ({
            key: id,
            cells: [
              at === undefined ? '' : <Moment at={at} />,
              operation.actor,
              <a href={`/operations/${id}`}>
                {operation.operation}
                {operation.dryRun && ', dry run'}
              </a>,
              operation.source,
              operation.affectedRows,
              <code class="error-line">{chosen(operation.arguments)}</code>,
            ],
          }))}
        />
      )}
      <NextPage token={answer?.nextPageToken ?? ''} />
    </>
  );
};

/** What was asked for, without what was left open. */
const chosen = (json: string): string =>
  Object.entries(JSON.parse(json) as Record<string, unknown>)
    .filter(([, value]) => value !== '' && value !== null)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ');
