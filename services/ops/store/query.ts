import { createHash } from 'node:crypto';
import type { Queryable } from '#platform/database/pool.ts';
import { translateDatabaseError } from '#platform/database/errors.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import { AppError } from '#platform/base/errors.ts';
import { searchTimeoutMs } from './pools.ts';

/** Runs a statement of a change; database errors that a caller can act on are thrown as AppError. */
export const query = async <Row>(
  on: Queryable,
  text: string,
  values: readonly unknown[],
): Promise<Row[]> => {
  try {
    return (await on.query(text, [...values])).rows as Row[];
  } catch (error) {
    throw translateDatabaseError(error);
  }
};

/** Runs a search, which may take long; a timeout is reported as such, because trying again would not help. */
export const search = async <Row>(
  on: Queryable,
  text: string,
  values: readonly unknown[],
): Promise<Row[]> => {
  try {
    return await query<Row>(on, text, values);
  } catch (error) {
    throw tookTooLong(error) ? searchTooLong(error) : error;
  }
};

/**
 * Runs a search that is made again and again: a connection plans it a few times, and then no more. Its text must have
 * only one good plan, whatever the values are: planning takes longer than most of these searches themselves. A plan that
 * was made while a table was empty is given up with its connection, after 10 minutes, or when the table is analyzed.
 */
export const searchOften = async <Row>(
  on: Queryable,
  text: string,
  values: readonly unknown[],
): Promise<Row[]> => {
  try {
    return await prepareStatement<Row>(nameOf(text), text)(on, values);
  } catch (error) {
    throw tookTooLong(error) ? searchTooLong(error) : error;
  }
};

const nameOf = (text: string): string =>
  `ops ${createHash('sha256').update(text).digest('base64url').slice(0, 16)}`;

const statementTimeout = '57014';
const tookTooLong = (error: unknown): error is AppError =>
  error instanceof AppError &&
  Error.isError(error.cause) &&
  'code' in error.cause &&
  error.cause.code === statementTimeout;

const searchTooLong = (cause: unknown): AppError => {
  const limit = `${searchTimeoutMs / 1_000} s`;
  return new AppError(
    'exhausted',
    'search-too-long',
    `The search took longer than ${limit} and was ended; trying again is of no use. Name an order.`,
    { cause },
  );
};
