import type { JSX } from 'preact';
import { addresses } from './addresses.ts';
import { lostSince } from './client/connection.ts';
import { operatorName, tokenName } from './operator.ts';
import { linkedPages } from './pages.tsx';
import { Moment } from './parts/moment.tsx';
import { address } from './router.ts';
import { SearchBox } from './search-box.tsx';

/** What every page has at its top: where to go, the search, whether the figures are live, who is reading. */
export const Header = (): JSX.Element => (
  <header class="header">
    <a class="brand" href="/">
      inorder
    </a>
    <nav aria-label="Pages">
      {linkedPages.map(({ title, letter, href }) => (
        <a
          key={href}
          href={href}
          title={`g ${letter}`}
          {...(address.value.path === href && { 'aria-current': 'page' as const })}
        >
          {title}
        </a>
      ))}
    </nav>
    {'order' in addresses && <SearchBox />}
    <Connection />
    {tokenName.value !== '' && (
      <span class="operator" title="The owner of your token">
        {operatorName.value}
      </span>
    )}
  </header>
);

const Connection = (): JSX.Element => {
  const since = lostSince.value;
  return (
    <p class="connection" role="status">
      {since !== undefined && (
        <>
          Connection lost since <Moment at={since} />; what you see is old. Trying again …
        </>
      )}
    </p>
  );
};
