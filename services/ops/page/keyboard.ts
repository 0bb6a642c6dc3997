import { go } from './router.ts';

const chordMs = 1_500;

/** Where `g` and a letter lead. */
export type Chords = ReadonlyMap<string, string>;

/** Starts the keys: `/` for the search, `g` and a letter for the pages, Escape to leave a field. */
export const startKeyboard = (chords: Chords): void => {
  let chordUntil = 0;
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTakenByField(event)) return;
    if (event.key === '/') focusSearch(event);
    const href = performance.now() < chordUntil ? chords.get(event.key) : undefined;
    chordUntil = event.key === 'g' ? performance.now() + chordMs : 0;
    if (href !== undefined) go(href);
  });
};

const isTakenByField = ({ target, key }: KeyboardEvent): boolean => {
  if (document.querySelector('dialog[open]') !== null) return true;
  if (!(target instanceof HTMLElement) || !isField(target)) return false;
  if (key === 'Escape') target.blur();
  return true;
};

const focusSearch = (event: KeyboardEvent): void => {
  const search = document.querySelector<HTMLInputElement>('#search');
  if (search === null) return;
  event.preventDefault();
  search.focus();
  search.select();
};

const isField = ({ tagName, isContentEditable }: HTMLElement): boolean =>
  isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(tagName);
