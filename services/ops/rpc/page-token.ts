import { AppError } from '#platform/errors.ts';

export interface KeyPlace {
  topic: string;
  key: string;
}

/** Where a page ended, as a text that a caller hands back without looking into it. */
export const toPageToken = ({ topic, key }: KeyPlace): string =>
  Buffer.from(JSON.stringify([topic, key])).toString('base64url');

/** Refuses what `toPageToken` did not make. Empty: before the first key. */
export const fromPageToken = (token: string): KeyPlace => {
  if (token === '') return { topic: '', key: '' };
  try {
    const parts = JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as unknown;
    const [topic, key] = Array.isArray(parts) ? (parts as unknown[]) : [];
    if (typeof topic === 'string' && typeof key === 'string') return { topic, key };
  } catch {
    // not JSON: refused below
  }
  throw wrongPageToken();
};

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Refuses what is not an operation's id. Empty: before the first. */
export const idFromPageToken = (token: string): string => {
  if (token === '' || uuid.test(token)) return token;
  throw wrongPageToken();
};

const wrongPageToken = (): AppError =>
  new AppError('invalid', 'page-token-wrong', 'The page token is not one of an answer.', {
    field: 'page_token',
  });
