import { signal } from '@preact/signals';

const key = 'inorder.token';

/** Why the reader is asked for a token; undefined: nobody is asked. */
export const tokenWanted = signal<string | undefined>(undefined);

let answered: PromiseWithResolvers<undefined> | undefined;

/** The token of this tab; it is forgotten with the tab. */
export const loadToken = (): string | undefined => sessionStorage.getItem(key) ?? undefined;

/** Asks the reader for a token in place of the one that was refused; resolves when there is another one. */
export const askForToken = (refused: string | undefined, why: string): Promise<unknown> => {
  if (loadToken() !== refused) return Promise.resolve();
  answered ??= Promise.withResolvers<undefined>();
  tokenWanted.value = why;
  return answered.promise;
};

export const saveToken = (token: string): void => {
  sessionStorage.setItem(key, token);
  tokenWanted.value = undefined;
  answered?.resolve(undefined);
  answered = undefined;
};
