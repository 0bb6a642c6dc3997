import type { ComponentChildren, JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { wordsOf } from '../client/call.ts';
import { canWrite, operatorName } from '../operator.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { follow } from './followed.tsx';
import { say } from './toast.tsx';

/** What a dry run has found. */
export interface Found {
  /** What will be changed, and how many. */
  says: ComponentChildren;
  /** The act itself, e.g. `Redrive 3 events`. */
  confirm: string;
  /** When that was so; the act is about nothing that came later. */
  asOf?: string | undefined;
}

export interface Doing {
  actor: string;
  /** The same however often the button is pressed. */
  requestId: string;
  reason: string;
  asOf: string | undefined;
}

export interface ActProps {
  /** The act, e.g. `Redrive`. */
  label: string;
  /** What is on the button where the act alone does not say it. */
  button?: string;
  /** Which thing is meant, for those who do not see where the button is. */
  of: string;
  /** The dry run; undefined: there is nothing to change. */
  look: (actor: string) => Promise<Found | undefined>;
  act: (doing: Doing) => Promise<{ operationId: string }>;
  /** It is done for ever, and a reason is kept with it. */
  isFinal?: boolean;
  /** It is what has to be done now. */
  isNext?: boolean;
}

interface Opened extends Found {
  requestId: string;
}

/** A button that changes something: first a dry run, then a question that says what and how many, then it is followed. */
export const Act = (props: ActProps): JSX.Element | null => {
  const { label, of, isFinal = false } = props;
  const [opened, setOpened] = useState<Opened>();
  const [reason, setReason] = useState('');
  const isLooking = useRef(false);
  if (!canWrite.value) return null;
  const open = async () => {
    if (isLooking.current) return;
    isLooking.current = true;
    const found = await props.look(operatorName.value || 'page').finally(() => {
      isLooking.current = false;
    });
    if (found === undefined) say(`There is nothing to ${label.toLowerCase()} any more.`);
    else setOpened({ ...found, requestId: crypto.randomUUID() });
  };
  const act = async () => {
    if (opened === undefined) return;
    const { requestId, confirm, asOf } = opened;
    const { operationId } = await props.act({ actor: operatorName.value, requestId, reason, asOf });
    setOpened(undefined);
    follow(operationId, confirm);
  };
  return (
    <>
      <button
        type="button"
        class={props.isNext === true ? 'primary' : ''}
        aria-label={`${label} ${of}`}
        onClick={() => void open().catch((error: unknown) => say(wordsOf(error)))}
      >
        {props.button ?? label}
      </button>
      <ConfirmDialog
        isOpen={opened !== undefined}
        title={`${label} ${of}`}
        confirm={opened?.confirm ?? label}
        isFinal={isFinal}
        onConfirm={act}
        onCancel={() => setOpened(undefined)}
      >
        {opened?.says}
        {isFinal && <Reason reason={reason} onInput={setReason} />}
      </ConfirmDialog>
    </>
  );
};

const Reason = (props: { reason: string; onInput: (text: string) => void }): JSX.Element => (
  <>
    <label for="reason">Why, for those who ask later</label>
    <input
      id="reason"
      required
      minLength={3}
      maxLength={1_000}
      value={props.reason}
      onInput={(event) => props.onInput(event.currentTarget.value)}
    />
  </>
);
