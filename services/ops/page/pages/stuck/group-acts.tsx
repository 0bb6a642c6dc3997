import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { call, wordsOf } from '../../client/call.ts';
import { canWrite, operatorName } from '../../operator.ts';
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx';
import { countWords } from '../../../domain/words.ts';
import { say } from '../../parts/toast.tsx';
import { startRun, type Group } from './group-runs.ts';

const usualRate = 50;

interface Found {
  id: string;
  count: number;
  hasMore: boolean;
  asOf: string;
  says: string;
}

const look = async ({ kind, service, consumer, topic, reason }: Group): Promise<Found> => {
  const asked = { actor: operatorName.value || 'page', topic, dryRun: true };
  const id = crypto.randomUUID();
  if (kind === 'FAILED') {
    const found = await call('Redrive', { ...asked, source: service, reason });
    const { keys, failedRows, waitingRows, hasMore, asOf = '' } = found;
    const says = `${countWords(failedRows, 'failed event')} of ${countWords(keys, 'order')}, and ${countWords(waitingRows, 'event')} behind them, will be sent again.`;
    return { id, count: keys, hasMore, asOf, says };
  }
  const found = await call('RedriveDeadLetters', { ...asked, consumer, firstLine: reason });
  const { letters, keys, hasMore, asOf = '' } = found;
  const says = `${consumer} will try ${countWords(letters, 'message')} of ${countWords(keys, 'order')} again; nobody else sees them.`;
  return { id, count: letters, hasMore, asOf, says };
};

/** Redrives all of a group, as many a second as the reader says. */
export const RedriveGroup = ({ group }: { group: Group }): JSX.Element | null => {
  const [found, setFound] = useState<Found>();
  const [rate, setRate] = useState(usualRate);
  if (!canWrite.value || !['FAILED', 'DEAD_LETTER'].includes(group.kind)) return null;
  const title = `Redrive “${group.reason}”`;
  const open = async () => {
    const seen = await look(group);
    if (seen.count === 0) say('There is nothing to redrive any more.');
    else setFound(seen);
  };
  const begin = () => {
    if (found !== undefined)
      startRun({
        id: found.id,
        title,
        group,
        rate,
        asOf: found.asOf,
        total: found.count,
        actor: operatorName.value,
      });
    setFound(undefined);
    return Promise.resolve();
  };
  return (
    <>
      <button
        type="button"
        aria-label={title}
        onClick={() => void open().catch((error: unknown) => say(wordsOf(error)))}
      >
        Redrive
      </button>
      <ConfirmDialog
        isOpen={found !== undefined}
        title={title}
        confirm={`Redrive ${String(found?.count ?? 0)}${found?.hasMore === true ? ' or more' : ''}`}
        onConfirm={begin}
        onCancel={() => setFound(undefined)}
      >
        <p>{found?.says}</p>
        <p class="note">
          Do it when the cause is mended: what fails again meanwhile is left alone.
        </p>
        <label for="rate">At the most so many a second</label>
        <input
          id="rate"
          type="number"
          min={1}
          max={500}
          required
          value={rate}
          onInput={(event) => setRate(event.currentTarget.valueAsNumber || usualRate)}
        />
      </ConfirmDialog>
    </>
  );
};

const hour = 3_600_000;
const spans = [
  { text: 'an hour', ms: hour },
  { text: 'a day', ms: 24 * hour },
  { text: 'a week', ms: 168 * hour },
];

export interface IgnoreGroupProps {
  group: Group;
  isIgnored: boolean;
  onDone: () => void;
}

/** Ignores a cause for a while, or shows it again. */
export const IgnoreGroup = (props: IgnoreGroupProps): JSX.Element | null => {
  const { group, isIgnored, onDone } = props;
  const [isOpen, setOpen] = useState(false);
  const [span, setSpan] = useState(hour);
  const [reason, setReason] = useState('');
  if (!canWrite.value) return null;
  const label = isIgnored ? 'Show again' : 'Ignore';
  const ignore = async () => {
    await call('IgnoreCause', {
      actor: operatorName.value,
      cause: group.cause,
      reason,
      ...(!isIgnored && { until: new Date(Date.now() + span).toISOString() }),
    });
    setOpen(false);
    onDone();
  };
  return (
    <>
      <button type="button" aria-label={`${label} “${group.reason}”`} onClick={() => setOpen(true)}>
        {label}
      </button>
      <ConfirmDialog
        isOpen={isOpen}
        title={`${label} “${group.reason}”`}
        confirm={label}
        onConfirm={ignore}
        onCancel={() => setOpen(false)}
      >
        <p>
          {isIgnored
            ? 'The cause is listed with the others again.'
            : 'The cause is listed apart until then. Nothing else is changed: what is stuck stays stuck.'}
        </p>
        {!isIgnored && <Span ms={span} onChange={setSpan} />}
        <label for="why">Why, for those who ask later</label>
        <input
          id="why"
          required
          minLength={3}
          maxLength={1_000}
          value={reason}
          onInput={(event) => setReason(event.currentTarget.value)}
        />
      </ConfirmDialog>
    </>
  );
};

const Span = (props: { ms: number; onChange: (ms: number) => void }): JSX.Element => (
  <>
    <label for="span">For</label>
    <select
      id="span"
      value={props.ms}
      onChange={(event) => props.onChange(Number(event.currentTarget.value))}
    >
      {spans.map(({ text, ms }) => (
        <option key={ms} value={ms}>
          {text}
        </option>
      ))}
    </select>
  </>
);
