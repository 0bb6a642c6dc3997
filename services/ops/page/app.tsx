import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Header } from './header.tsx';
import { findPage } from './pages.tsx';
import { EmptyState } from './parts/empty-state.tsx';
import { Toasts } from './parts/toast.tsx';
import { address } from './router.ts';
import { TokenDialog } from './token-dialog.tsx';

/** The page: its header, what is at the address, and what lies over both. */
export const App = (): JSX.Element => {
  const { path, query } = address.value;
  const page = findPage(path);
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  useEffect(() => {
    document.title = `${page?.title ?? 'Nothing here'} · inorder`;
    // a screen reader announces the new page
    if (!isFirst.current) main.current?.focus({ preventScroll: true });
    isFirst.current = false;
  }, [path]);
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <Header />
      <main id="main" tabIndex={-1} ref={main}>
        {page === undefined ? (
          <NothingHere path={path} />
        ) : (
          <page.view key={path} params={page.params} query={query} />
        )}
      </main>
      <TokenDialog />
      <Toasts />
    </>
  );
};

const NothingHere = ({ path }: { path: string }): JSX.Element => (
  <>
    <h1>Nothing here</h1>
    <EmptyState says={`No page has the address ${path}.`}>
      <a href="/">Go to the overview</a>
    </EmptyState>
  </>
);
