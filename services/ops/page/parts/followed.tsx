import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { call, wordsOf } from '../client/call.ts';
import type { Answer } from '../client/wire.ts';
import { Says } from './says.tsx';

const everyMs = 700;

/** The operations of this tab that are shown until the reader closes them, by id, with what was done. */
const followed = signal<ReadonlyMap<string, string>>(new Map());

/** Shows from now on how far an operation is. */
export const follow = (operationId: string, what: string): void => {
  followed.value = new Map(followed.value).set(operationId, what);
};

const forget = (operationId: string): void => {
  const rest = new Map(followed.value);
  rest.delete(operationId);
  followed.value = rest;
};

/** How far the operations are that were begun in this tab. */
export const Followed = (): JSX.Element => (
  <div aria-live="polite">
    {[...followed.value].map(([id, what]) => (
      <FollowedOperation key={id} id={id} what={what} />
    ))}
  </div>
);

const FollowedOperation = ({ id, what }: { id: string; what: string }): JSX.Element => {
  const [known, setKnown] = useState<Answer<'GetOperation'>>();
  const [failure, setFailure] = useState('');
  useEffect(() => {
    const left = new AbortController();
    const look = async () => {
      const answer = await call('GetOperation', { id }, left.signal);
      setFailure('');
      setKnown(answer);
      return answer.waiting === 0;
    };
    let timer: ReturnType<typeof setTimeout>;
    const again = () => {
      look().then(
        (isOver) => {
          if (!isOver) timer = setTimeout(again, everyMs);
        },
        (error: unknown) => {
          if (left.signal.aborted) return;
          setFailure(wordsOf(error));
          timer = setTimeout(again, everyMs * 4);
        },
      );
    };
    again();
    return () => {
      left.abort();
      clearTimeout(timer);
    };
  }, [id]);
  const tone =
    known === undefined || known.waiting > 0 ? 'wait' : known.failedAgain > 0 ? 'act' : 'ok';
  return (
    <Says tone={tone}>
      <strong>{what}</strong>: {failure || (known?.says ?? 'looking how far it is …')}{' '}
      <button type="button" class="plain" onClick={() => forget(id)}>
        Close
      </button>
    </Says>
  );
};
