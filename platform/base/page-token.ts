import { AppError } from './errors.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Of a list that is ordered by UUIDs: what a caller sends to go on behind this one. */
export const pageTokenAfter = (id: string): string => Buffer.from(id).toString('base64url');

/** The UUID behind which the list goes on; undefined for the empty token. Refuses what is no token. */
export const readPageToken = (token: string): string | undefined => {
  if (token === '') return undefined;
  const id = Buffer.from(token, 'base64url').toString();
  if (uuid.test(id) && pageTokenAfter(id) === token) return id;
  throw new AppError(
    'invalid',
    'invalid-page-token',
    'The page token is none that this list has given.',
    { field: 'page_token' },
  );
};
