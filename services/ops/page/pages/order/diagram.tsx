import type { JSX } from 'preact';
import { Age } from '../../parts/age.tsx';
import { columnsOf, type Lifecycle, type Step } from './timeline.ts';

const signs: Readonly<Record<string, string>> = {
  DONE: '✓',
  RUNNING: '●',
  TO_COME: '○',
  SKIPPED: '–',
  FAILED: '✕',
};

const words: Readonly<Record<string, string>> = {
  DONE: 'done',
  RUNNING: 'not yet',
  TO_COME: 'to come',
  SKIPPED: 'not needed',
  FAILED: 'refused',
};

/** The steps of an order from left to right, what happens at the same time below each other, compensations in a lane of their own. */
export const Diagram = ({ lifecycle }: { lifecycle: Lifecycle }): JSX.Element => {
  const { steps, title } = lifecycle;
  const columns = columnsOf(steps);
  const last = Math.max(0, ...columns.values());
  const at = (column: number, isCompensation: boolean) =>
    steps.filter(
      (step) => step.isCompensation === isCompensation && columns.get(step.id) === column,
    );
  const hasUndo = steps.some(({ isCompensation }) => isCompensation);
  const numbers = Array.from({ length: last + 1 }, (_, column) => column);
  return (
    <div class="diagram" role="group" aria-label={`The steps of this ${title}`}>
      {numbers.map((column) => (
        <div key={column} class="column">
          <ol class="lane">
            {at(column, false).map((step) => (
              <StepCard key={step.id} step={step} />
            ))}
          </ol>
          {hasUndo && (
            <ol class="lane undo" aria-label="Compensations">
              {at(column, true).map((step) => (
                <StepCard key={step.id} step={step} />
              ))}
            </ol>
          )}
        </div>
      ))}
    </div>
  );
};

const StepCard = ({ step }: { step: Step }): JSX.Element => {
  const { id, title, state, says, isCompensation, isOverdue } = step;
  const hasReason = says.includes(': ') && state !== 'RUNNING';
  return (
    <li
      class={`step ${state.toLowerCase()} ${isOverdue ? 'overdue' : ''}`}
      data-step={id}
      data-state={state}
      title={says}
    >
      <span class="sign" aria-hidden="true">
        {isCompensation ? '↩' : (signs[state] ?? '?')}
      </span>
      <span class="title">{title}</span>
      <Who step={step} />
      {hasReason && <span class="reason">{says}</span>}
    </li>
  );
};

const Who = ({ step: { who, state, at } }: { step: Step }): JSX.Element => (
  <span class="who">
    {who} · {words[state] ?? state}
    {at !== undefined && state === 'RUNNING' && (
      <>
        , waiting for <Age at={at} isPast />
      </>
    )}
    {at !== undefined && state === 'DONE' && (
      <>
        , <Age at={at} isPast /> ago
      </>
    )}
  </span>
);
