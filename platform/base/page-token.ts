import { AppError } from './errors.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Makes the token of the next page, for a list that is ordered by UUIDs. */
export const pageTokenAfter = (id: string): string => Buffer.from(id).toString('base64url');

/** Returns the UUID after which the page begins; undefined for the empty token. Refuses an invalid token. */
export const readPageToken = (token: string): string | undefined => {
  if (token === '') return undefined;
  const id = Buffer.from(token, 'base64url').toString();
  if (uuid.test(id) && pageTokenAfter(id) === token) return id;
  throw new AppError(
    'invalid',
    'invalid-page-token',
    'The page token is not one that this list has returned.',
    { field: 'page_token' },
  );
};
