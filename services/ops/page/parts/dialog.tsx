import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

export interface DialogProps {
  isOpen: boolean;
  title: string;
  children: ComponentChildren;
  /** Called by Escape; without it the dialog stays until its reason is gone. */
  onCancel?: () => void;
}

/** A native dialog over the page: the browser keeps the focus in it. */
export const Dialog = ({ isOpen, title, children, onCancel }: DialogProps): JSX.Element => {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  const cancel = (event: Event) => {
    event.preventDefault();
    onCancel?.();
  };
  return (
    <dialog ref={dialog} aria-labelledby={id} onCancel={cancel}>
      {isOpen && (
        <>
          <h2 id={id}>{title}</h2>
          {children}
        </>
      )}
    </dialog>
  );
};
