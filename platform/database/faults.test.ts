import pg from 'pg';
import { AppError } from '../base/errors.ts';
import { doubtIn, isDatabaseAway, toDatabaseError, translateDatabaseError } from './errors.ts';
import { judgeDatabaseFault, type DatabaseFault } from './faults.ts';

const answer = (code: string, message = 'no', severity = 'ERROR'): pg.DatabaseError =>
  Object.assign(new pg.DatabaseError(message, 10, 'error'), { code, severity });
const driver = (message: string, code?: string) =>
  Object.assign(new Error(message), code === undefined ? {} : { code });

type Case = [what: string, fault: unknown, judged: DatabaseFault];
const server: DatabaseFault = { tells: 'away', doubt: 'server' };
const each = (what: string, codes: readonly string[], judged: DatabaseFault): Case[] =>
  codes.map((code) => [`${what} ${code}`, answer(code), judged]);
const lostConnections = ['08000', '08001', '08003', '08004', '08006', '08007', '08P01'];
const connectionEnds = ['57P05', '25P03', '25P04', '53100', '53200', '53300', '58030', '40003'];
const cases: Case[] = [
  ...each('the end or change of a server', ['57P01', '57P02', '57P03', '57P04', '25006'], server),
  ...each('a lost connection', lostConnections, server),
  ...each('a role, password or database refused', ['28000', '28P01', '3D000'], server),
  ...each('a session that is not ours', ['26000', '42P05'], server),
  ...each('the end of a connection', connectionEnds, { tells: 'away', doubt: 'connection' }),
  ...each('a conflict', ['40001', '40P01', '55P03'], { tells: 'conflict', doubt: 'none' }),
  ...each('a bug', ['23505', '22P02', '42601', '42501', 'P0001'], { tells: 'bug', doubt: 'none' }),
];

test.each([
  ...cases,
  [
    'a stale plan, in any language',
    Object.assign(answer('0A000'), { routine: 'RevalidateCachedQuery' }),
    server,
  ],
  ['another feature', answer('0A000', 'not supported'), { tells: 'bug', doubt: 'none' }],
  ['any fatal answer', answer('42501', 'no', 'FATAL'), { tells: 'away', doubt: 'connection' }],
  ['a statement that took long', answer('57014'), { tells: 'away', doubt: 'none' }],
  ['an internal error', answer('XX000'), { tells: 'bug', doubt: 'connection' }],
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'].map(
    (code): Case => [code, driver('socket', code), server],
  ),
  ...['ENOTFOUND', 'EAI_AGAIN', 'CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'EPROTO'].map(
    (code): Case => [code, driver('way', code), server],
  ),
  ...[
    'Connection terminated unexpectedly',
    'Client was closed and is not queryable',
    'Client has encountered a connection error and is not queryable',
    'Query read timeout',
    'timeout exceeded when trying to connect',
    'The server does not support SSL connections',
    'Received unexpected dataRow message from backend.',
  ].map((message): Case => [message, driver(message), server]),
  ['all addresses refused', new AggregateError([driver('a', 'ECONNREFUSED')]), server],
  [
    'a value that cannot be written',
    new TypeError('circular'),
    { tells: 'bug', doubt: 'connection' },
  ],
])('%s', (_what, fault, judged) => {
  expect(judgeDatabaseFault(fault)).toEqual(judged);
  const error = toDatabaseError(fault);
  const kinds: Record<string, string | undefined> = { away: 'unavailable', conflict: 'conflict' };
  expect(error instanceof AppError ? error.kind : undefined).toBe(kinds[judged.tells]);
  if (judged.tells === 'bug') expect(error).toBe(fault);
  // inside of what Drizzle, or a unit of work, throws
  const wrapped = new Error('Failed query', { cause: error });
  expect(translateDatabaseError(wrapped)).toBe(judged.tells === 'bug' ? wrapped : error);
  expect(isDatabaseAway(wrapped)).toBe(judged.doubt === 'server');
});

test('what another service says of its database, or a client of its connection, is not about ours', () => {
  const theirs = new AppError('unavailable', 'database-unavailable', 'away', {
    cause: driver('socket', 'ECONNRESET'),
  });
  expect(doubtIn(theirs)).toBe('none');
  expect(doubtIn(driver('socket', 'ECONNRESET'))).toBe('none');
  const raw = driver('socket', 'ECONNRESET');
  expect(translateDatabaseError(raw)).toBe(raw);
});
