import type { JSX } from 'preact';
import { Says } from '../../parts/says.tsx';
import { closeRun, groupRuns, pauseRun, resumeRun, type GroupRun } from './group-runs.ts';

/** How far the groups are that are being redriven from this tab. */
export const RunProgress = (): JSX.Element => (
  <div aria-live="polite">
    {groupRuns.value.map((run) => (
      <Run key={run.id} run={run} />
    ))}
  </div>
);

const words = ({ state, done, total, rate, failure }: GroupRun): string => {
  const far = `${String(done)} of ${String(total)}`;
  if (failure !== '') return `stopped at ${far}: ${failure}`;
  if (state === 'done') return `${String(done)} redriven.`;
  return state === 'running'
    ? `${far}, at most ${String(rate)} a second`
    : `paused at ${far}; it goes on where it stopped`;
};

const Run = ({ run }: { run: GroupRun }): JSX.Element => {
  const { id, title, state, done, total, failure } = run;
  return (
    <Says tone={failure !== '' ? 'act' : state === 'done' ? 'ok' : 'wait'}>
      <strong>{title}</strong>: {words(run)}{' '}
      <progress aria-label={title} value={done} max={Math.max(total, done, 1)} />{' '}
      {state === 'running' && (
        <button type="button" onClick={() => pauseRun(id)}>
          Pause
        </button>
      )}
      {state === 'paused' && (
        <button type="button" onClick={() => void resumeRun(id)}>
          Go on
        </button>
      )}
      {state !== 'running' && (
        <button type="button" onClick={() => closeRun(id)}>
          Close
        </button>
      )}
    </Says>
  );
};
