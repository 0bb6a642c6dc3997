import { AppError } from '#platform/base/errors.ts';

/** The outboxes that ops serves, by the name of their schema. */
export interface Sources {
  /** Returns the named outbox; without a name, all of them. */
  readonly some: (name: string) => readonly string[];
  /** Returns the named outbox; without a name, the only one. */
  readonly one: (name: string) => string;
}

export const createSources = (names: readonly string[]): Sources => {
  const [only] = names;
  const known = (name: string): string => {
    if (names.includes(name)) return name;
    throw new AppError(
      'invalid',
      'source-unknown',
      `There is no source ${name}; there is ${names.join(', ')}.`,
      { field: 'source' },
    );
  };
  return {
    some: (name) => (name === '' ? names : [known(name)]),
    one: (name) => {
      if (name !== '') return known(name);
      if (only !== undefined && names.length === 1) return only;
      throw new AppError(
        'invalid',
        'source-missing',
        `Say which source is meant: ${names.join(', ')}.`,
        { field: 'source' },
      );
    },
  };
};
