import type { JSX, TargetedSubmitEvent } from 'preact';
import { go } from './router.ts';

/** Finds an order by what the reader has of it. */
export const SearchBox = (): JSX.Element => {
  const find = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const text = new FormData(event.currentTarget).get('text');
    if (typeof text === 'string' && text.trim() !== '')
      go(`/orders/${encodeURIComponent(text.trim())}`);
  };
  return (
    <form class="search" role="search" onSubmit={find}>
      <label class="unseen" for="search">
        Find an order
      </label>
      <input
        id="search"
        name="text"
        type="search"
        placeholder="Order, event or trace id ( / )"
        autocomplete="off"
        maxLength={200}
      />
    </form>
  );
};
