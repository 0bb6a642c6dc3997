import type { JSX } from 'preact';
import { say } from './toast.tsx';

export interface CopyIdProps {
  id: string;
  /** What it is, e.g. `event id`. */
  name: string;
  /** Shown in place of a long one. */
  shown?: string;
}

/** An id that a click copies. */
export const CopyId = ({ id, name, shown = id }: CopyIdProps): JSX.Element => {
  const copy = () => {
    navigator.clipboard.writeText(id).then(
      () => say(`Copied the ${name}.`),
      () => say(`The browser does not allow copying; the ${name} is ${id}`),
    );
  };
  return (
    <button type="button" class="copy" title={`${id}: copy the ${name}`} onClick={copy}>
      <code>{shown}</code>
    </button>
  );
};
