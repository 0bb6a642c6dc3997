import { AppError } from '#platform/base/errors.ts';

export interface KeyPlace {
  topic: string;
  key: string;
}

/** Encodes where a page ended, as an opaque token. */
export const toPageToken = ({ topic, key }: KeyPlace): string =>
  Buffer.from(JSON.stringify([topic, key])).toString('base64url');

/** Refuses what `toPageToken` did not make. An empty token stands before the first key. */
export const fromPageToken = (token: string): KeyPlace => {
  if (token === '') return { topic: '', key: '' };
  const [topic, key] = partsOf(token);
  if (typeof topic === 'string' && typeof key === 'string') return { topic, key };
  throw wrongPageToken();
};

export interface LetterPlace {
  failedAt: Date;
  consumer: string;
  eventId: string;
}

export const toLetterToken = ({ failedAt, consumer, eventId }: LetterPlace): string =>
  Buffer.from(JSON.stringify([failedAt.getTime(), consumer, eventId])).toString('base64url');

/** Refuses what `toLetterToken` did not make. An empty token stands before the first letter. */
export const fromLetterToken = (token: string): LetterPlace | undefined => {
  if (token === '') return undefined;
  const [time, consumer, eventId] = partsOf(token);
  const isPlace = Number.isSafeInteger(time) && typeof consumer === 'string';
  if (isPlace && typeof eventId === 'string' && uuid.test(eventId))
    return { failedAt: new Date(Number(time)), consumer, eventId };
  throw wrongPageToken();
};

const partsOf = (token: string): unknown[] => {
  try {
    const parts = JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as unknown;
    return Array.isArray(parts) ? (parts as unknown[]) : [];
  } catch {
    return []; // not JSON: no token of an answer
  }
};

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Refuses what is not an operation's id. An empty token stands before the first operation. */
export const idFromPageToken = (token: string): string => {
  if (token === '' || uuid.test(token)) return token;
  throw wrongPageToken();
};

const wrongPageToken = (): AppError =>
  new AppError('invalid', 'page-token-wrong', 'The page token is not one of an answer.', {
    field: 'page_token',
  });
