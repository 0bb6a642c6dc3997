import type { JSX } from 'preact';
import { address } from '../router.ts';

/** The link to the page after this one; nothing on the last page. */
export const NextPage = ({ token }: { token: string }): JSX.Element | null => {
  if (token === '') return null;
  const { path, query } = address.value;
  const next = new URLSearchParams(query);
  next.set('page', token);
  return (
    <p class="next-page">
      <a href={`${path}?${next.toString()}`}>Older ones</a>
    </p>
  );
};
