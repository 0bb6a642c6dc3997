import type { ComponentChildren, JSX } from 'preact';
import { now } from '../../client/clock.ts';
import { useCall } from '../../client/use-call.ts';
import type { Answer } from '../../client/wire.ts';
import type { PageProps } from '../../page-props.ts';
import { CopyId } from '../../parts/copy-id.tsx';
import { Facts } from '../../parts/facts.tsx';
import { Moment } from '../../parts/moment.tsx';
import { Says } from '../../parts/says.tsx';

/** One operation, and what has become of the events that it changed. */
export const OperationPage = ({ params }: PageProps): JSX.Element => {
  const second = Math.floor(now.value / 1_000);
  const { answer, failure } = useCall('GetOperation', { id: params['id'] ?? '' }, second);
  return (
    <>
      <p>
        <a href="/operations">All operations</a>
      </p>
      <h1>Operation</h1>
      {failure !== undefined && <Says tone="act">{failure}</Says>}
      {answer?.operation !== undefined && <Shown answer={answer} operation={answer.operation} />}
    </>
  );
};

interface ShownProps {
  answer: Answer<'GetOperation'>;
  operation: NonNullable<Answer<'GetOperation'>['operation']>;
}

const Shown = ({ answer, operation }: ShownProps): JSX.Element => {
  const { waiting, failedAgain, says, editedValue, failedSample } = answer;
  return (
    <div class="stack">
      <Says tone={failedAgain > 0 ? 'act' : waiting > 0 ? 'wait' : 'ok'}>{says}</Says>
      {failedSample.length > 0 && (
        <p>
          Failed again:{' '}
          {failedSample.map(({ key }) => (
            <span key={key} class="sample">
              <a href={`/orders/${encodeURIComponent(key)}`}>{key}</a>{' '}
            </span>
          ))}
        </p>
      )}
      <Facts facts={factsOf(operation)} />
      <section>
        <h2>What was asked for</h2>
        <pre tabIndex={0}>{JSON.stringify(JSON.parse(operation.arguments), null, 2)}</pre>
      </section>
      {editedValue !== '' && (
        <section>
          <h2>The edited value</h2>
          <pre tabIndex={0}>{editedValue}</pre>
        </section>
      )}
    </div>
  );
};

const factsOf = (operation: ShownProps['operation']): [string, ComponentChildren][] => [
  ['Id', <CopyId id={operation.id} name="id of the operation" />],
  ['What', operation.dryRun ? `${operation.operation}, dry run` : operation.operation],
  ['Who', operation.actor],
  ['At', operation.at === undefined ? '' : <Moment at={operation.at} />],
  ['Service', operation.source],
  ['Rows', operation.affectedRows],
];
