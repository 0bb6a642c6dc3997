import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { call } from '../../client/call.ts';
import { canWrite, operatorName } from '../../operator.ts';
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx';
import { follow } from '../../parts/followed.tsx';
import { readableValue, type Letter } from './letter-state.tsx';

/** Lets the one consumer try a copy with another value. */
export const EditLetter = ({ letter }: { letter: Letter }): JSX.Element | null => {
  const [requestId, setRequestId] = useState('');
  const [value, setValue] = useState('');
  const [reason, setReason] = useState('');
  if (!canWrite.value) return null;
  const open = () => {
    setValue(readableValue(letter));
    setRequestId(crypto.randomUUID());
  };
  const redrive = async () => {
    const { consumer, eventId } = letter;
    const asked = { actor: operatorName.value, requestId, consumer, eventId, value, reason };
    const { operationId } = await call('RedriveEditedDeadLetter', asked);
    setRequestId('');
    follow(operationId, `Redrive an edited copy for ${consumer}`);
  };
  return (
    <>
      <button type="button" onClick={open}>
        Edit a copy
      </button>
      <ConfirmDialog
        isOpen={requestId !== ''}
        title="Redrive an edited copy"
        confirm="Redrive 1 edited message"
        onConfirm={redrive}
        onCancel={() => setRequestId('')}
      >
        <p>
          {letter.consumer} tries this value under the same event id and sequence; nobody else sees
          it. What was received is kept.
        </p>
        <label for="value">The value, as JSON</label>
        <textarea
          id="value"
          required
          rows={12}
          spellcheck={false}
          value={value}
          onInput={(event) => setValue(event.currentTarget.value)}
        />
        <label for="edit-reason">Why, for those who ask later</label>
        <input
          id="edit-reason"
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
