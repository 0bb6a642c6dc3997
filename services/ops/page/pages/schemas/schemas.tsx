import type { JSX } from 'preact';
import { useCall } from '../../client/use-call.ts';
import type { Answer } from '../../client/wire.ts';
import type { PageProps } from '../../page-props.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Says } from '../../parts/says.tsx';
import { Table } from '../../parts/table.tsx';
import { Differences } from './differences.tsx';

/** The schemas of events, their versions, and how two of them differ. */
export const Schemas = ({ query }: PageProps): JSX.Element => {
  const { answer, failure } = useCall('ListSchemas', {});
  const subject = query.get('subject');
  return (
    <>
      <h1>Schemas</h1>
      {failure !== undefined && <Says tone="act">{failure}</Says>}
      {answer?.source === 'checkout' && (
        <Says tone="off">
          There is no schema registry: these are the schemas that ops was started with, and version
          1 is that of the last baseline where they differ.
        </Says>
      )}
      {answer !== undefined && <Subjects subjects={answer.subjects} />}
      {subject !== null && (
        <Differences
          subject={subject}
          from={Number(query.get('from') ?? 0)}
          to={Number(query.get('to') ?? 0)}
          versions={versionsOf(answer?.subjects ?? [], subject)}
        />
      )}
    </>
  );
};

const versionsOf = (subjects: readonly Subject[], subject: string): readonly number[] =>
  subjects.find((each) => each.subject === subject)?.versions ?? [];

type Subject = Answer<'ListSchemas'>['subjects'][number];

const Subjects = ({ subjects }: Pick<Answer<'ListSchemas'>, 'subjects'>): JSX.Element =>
  subjects.length === 0 ? (
    <EmptyState
      says="No schema is registered. The start of the system registers each topic's schema."
      command="make up"
    />
  ) : (
    <Table
      caption="The schema of each topic"
      head={['Subject', 'Topic', 'Versions', 'A new version must be']}
      rows={subjects.map(({ subject, topic, versions, compatibility }) => ({
        key: subject,
        cells: [
          <a href={`/schemas?${new URLSearchParams({ subject }).toString()}`}>{subject}</a>,
          topic || '–',
          versions.join(', '),
          compatibility || '–',
        ],
      }))}
    />
  );
