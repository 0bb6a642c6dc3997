import type { JSX } from 'preact';
import { address, go } from '../router.ts';

export interface Filter {
  /** Its name in the address. */
  name: string;
  label: string;
  /** A choice among these; the first one is the default. Absent: any text. */
  options?: readonly { value: string; text: string }[];
}

export interface FilterFormProps {
  filters: readonly Filter[];
  /** There is something to choose from; without it the form is shown only when something is chosen. */
  isOfUse: boolean;
}

/** Fields whose values are in the address, so that what is shown can be sent to a colleague. */
export const FilterForm = ({ filters, isOfUse }: FilterFormProps): JSX.Element | null => {
  const { path, query } = address.value;
  if (!isOfUse && filters.every(({ name }) => !query.get(name))) return null;
  const change = (name: string, value: string) => {
    const next = new URLSearchParams(query);
    // another selection begins at its first page
    next.delete('page');
    if (value === '') next.delete(name);
    else next.set(name, value);
    const search = next.toString();
    go(search === '' ? path : `${path}?${search}`, { replace: true });
  };
  return (
    <form class="filters" onSubmit={(event) => event.preventDefault()}>
      {filters.map(({ name, label, options }) => (
        <label key={name}>
          {label}
          {options === undefined ? (
            <input
              value={query.get(name) ?? ''}
              onChange={(event) => change(name, event.currentTarget.value.trim())}
            />
          ) : (
            <select
              value={query.get(name) ?? ''}
              onChange={(event) => change(name, event.currentTarget.value)}
            >
              {options.map(({ value, text }) => (
                <option key={value} value={value}>
                  {text}
                </option>
              ))}
            </select>
          )}
        </label>
      ))}
    </form>
  );
};
