import { signal } from '@preact/signals';

export interface Address {
  readonly path: string;
  readonly query: URLSearchParams;
}

const current = (): Address => ({
  path: location.pathname,
  query: new URLSearchParams(location.search),
});

/** Where the reader is. Changed by `go`, by a click on a link, and by the browser's buttons. */
export const address = signal(current());

/** Shows another address. With `replace` the present one cannot be gone back to, e.g. when a filter has changed. */
export const go = (href: string, { replace = false } = {}): void => {
  if (replace) history.replaceState(null, '', href);
  else history.pushState(null, '', href);
  address.value = current();
  if (!replace) scrollTo(0, 0);
};

/** Makes links to addresses of the page change what is shown, without loading the page again. */
export const startRouter = (isOurs: (path: string) => boolean): void => {
  addEventListener('popstate', () => {
    address.value = current();
  });
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (link === null || event.defaultPrevented || wantsMore(event) || leads(link)) return;
    if (!isOurs(link.pathname)) return;
    event.preventDefault();
    go(link.href);
  });
};

/** Another tab or window is wanted, or a download. */
const wantsMore = (event: MouseEvent): boolean =>
  event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;

/** The browser has to follow the link. */
const leads = (link: HTMLAnchorElement): boolean =>
  link.origin !== location.origin || link.target !== '' || link.hasAttribute('download');
