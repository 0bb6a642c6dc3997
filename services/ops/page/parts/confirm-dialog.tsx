import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { wordsOf } from '../client/call.ts';
import { giveName, operatorName, tokenName } from '../operator.ts';
import { Dialog } from './dialog.tsx';

export interface ConfirmDialogProps {
  isOpen: boolean;
  title: string;
  /** What will be changed, and how many. */
  children: ComponentChildren;
  /** The act itself, e.g. `Redrive 3 orders`. */
  confirm: string;
  /** The act cannot be undone. */
  isFinal?: boolean;
  /** A failure stays on the dialog, in words. */
  onConfirm: () => Promise<void>;
  onCancel: () => void;
}

/**
 * Asks before something is changed. Where no tokens are required it asks for the name under which the operation is
 * kept, too; `operatorName` has it then.
 */
export const ConfirmDialog = (props: ConfirmDialogProps): JSX.Element => {
  const { isOpen, title, children, confirm, isFinal = false, onConfirm, onCancel } = props;
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState('');
  const act = async () => {
    setBusy(true);
    setFailure('');
    await onConfirm().catch((error: unknown) => setFailure(wordsOf(error)));
    setBusy(false);
  };
  const submit = (event: Event) => {
    event.preventDefault();
    if (!isBusy) void act();
  };
  const cancel = () => {
    setFailure('');
    onCancel();
  };
  return (
    <Dialog isOpen={isOpen} title={title} onCancel={cancel}>
      <form onSubmit={submit}>
        {children}
        {tokenName.value === '' && <OperatorName />}
        <p role="alert" class="failure">
          {failure}
        </p>
        <div class="buttons">
          <button type="button" onClick={cancel}>
            Cancel
          </button>
          <button class={isFinal ? 'danger' : 'primary'} disabled={isBusy}>
            {isBusy ? 'Working …' : confirm}
          </button>
        </div>
      </form>
    </Dialog>
  );
};

const OperatorName = (): JSX.Element => (
  <>
    <label for="operator">Your name, kept with the operation</label>
    <input
      id="operator"
      required
      maxLength={100}
      value={operatorName.value}
      onInput={(event) => giveName(event.currentTarget.value)}
    />
  </>
);
