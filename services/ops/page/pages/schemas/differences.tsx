import type { JSX } from 'preact';
import { useCall } from '../../client/use-call.ts';
import type { Answer } from '../../client/wire.ts';
import { FilterForm } from '../../parts/filter-form.tsx';
import { Says } from '../../parts/says.tsx';

export interface DifferencesProps {
  subject: string;
  /** 0: the version before. */
  from: number;
  /** 0: the latest. */
  to: number;
  versions: readonly number[];
}

/** How two versions of a schema differ, in words, and the later one. */
export const Differences = ({ subject, from, to, versions }: DifferencesProps): JSX.Element => {
  const { answer, failure } = useCall('CompareSchemas', { subject, from, to });
  const options = (usual: string) => [
    { value: '', text: usual },
    ...versions.map((version) => ({ value: String(version), text: String(version) })),
  ];
  return (
    <section class="differences">
      <h2>{subject}</h2>
      {versions.length > 1 && (
        <FilterForm
          isOfUse
          filters={[
            { name: 'from', label: 'From version', options: options('the one before') },
            { name: 'to', label: 'To version', options: options('the latest') },
          ]}
        />
      )}
      {failure !== undefined && <Says tone="act">{failure}</Says>}
      {answer !== undefined && <Compared answer={answer} />}
    </section>
  );
};

const Compared = ({ answer }: { answer: Answer<'CompareSchemas'> }): JSX.Element => (
  <>
    <p>{wordsOf(answer)}</p>
    {answer.differences.length > 0 && (
      <ul>
        {answer.differences.map(({ says, isBreaking }) => (
          <li key={says} class={isBreaking ? 'failure' : ''}>
            {says}
            {isBreaking && ' (breaks: earlier events do not fit)'}
          </li>
        ))}
      </ul>
    )}
    <pre tabIndex={0}>{JSON.stringify(JSON.parse(answer.schema), null, 2)}</pre>
  </>
);

const wordsOf = ({ from, to, differences }: Answer<'CompareSchemas'>): string => {
  if (from === 0) return `Version ${String(to)} is the first one.`;
  const versions = `From version ${String(from)} to ${String(to)}`;
  return differences.length === 0 ? `${versions}: both accept the same.` : `${versions}:`;
};
