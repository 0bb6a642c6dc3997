import pg from 'pg';
import { toLoggedError } from './logged-error.ts';

const databaseError = (code: string, message: string): Error =>
  Object.assign(new pg.DatabaseError(message, message.length, 'error'), {
    severity: 'ERROR',
    code,
    detail: 'Key (email)=(anna@example.org) already exists.',
    where: 'anna@example.org',
  });

test('an error has its type, its message with those of its causes, its code, and places in the code', () => {
  const cause = Object.assign(new TypeError('connect'), { code: 'ECONNREFUSED' });
  const logged = toLoggedError(new Error('Postgres is away', { cause }));
  expect(logged).toEqual({
    type: 'Error',
    message: 'Postgres is away: connect',
    code: 'ECONNREFUSED',
    stack: expect.stringMatching(/^ {4}at .*logged-error\.test\.ts[^]*\ncaused by\n {4}at /),
  });
});

test.each([
  ['23505', 'duplicate key value violates unique constraint "emails_pkey"'],
  ['42P01', 'relation "emails" does not exist'],
])(
  'of a database error %s its message is logged, and neither detail nor context',
  (code, message) => {
    const logged = toLoggedError(databaseError(code, message));
    expect(logged).toMatchObject({ type: 'DatabaseError', message, code });
    expect(JSON.stringify(logged)).not.toContain('anna');
  },
);

test.each([
  ['22P02', 'invalid input syntax for type uuid: "anna "quoted"\n"'],
  ['22003', 'value "anna" is out of range for type integer'],
  ['22P02', 'invalid input value for enum status: "anna"'],
])('of data that a database error %s quotes nothing is logged', (code, message) => {
  const { message: logged } = toLoggedError(databaseError(code, message));
  expect(logged).not.toContain('anna');
  expect(logged).toMatch(/^(invalid|value "…" is out of range)/);
});

test('of a failed statement its parameters are not logged', () => {
  const text = 'select $1';
  const error = new Error(`Failed query: ${text}\nparams: anna,1`, { cause: new Error('away') });
  const logged = toLoggedError(Object.assign(error, { query: text, params: ['anna'] }));
  expect(logged).toMatchObject({ message: `Failed query: ${text}: away` });
  expect(JSON.stringify(logged)).not.toContain('anna');
});

test.each(['{"anna', 'anna', `{"name": "anna"} ${' '.repeat(99)}`, '{"a": anna}', '"anna"x'])(
  'of %j, which is not JSON, nothing is logged',
  (text) => {
    const parse = (): unknown => {
      try {
        return JSON.parse(text.trim() + (text.endsWith(' ') ? 'anna' : ''));
      } catch (error) {
        return error;
      }
    };
    expect(JSON.stringify(toLoggedError(parse()).message)).not.toContain('nna');
  },
);

test('an error that stands for several has their messages', () => {
  const errors = [new Error('connect ::1'), new Error('connect 127.0.0.1')];
  expect(toLoggedError(new AggregateError(errors)).message).toBe('connect ::1, connect 127.0.0.1');
});

test('what is thrown and no error is logged as text', () => {
  expect(toLoggedError('too late')).toEqual({ type: 'string', message: 'too late' });
});

test('causes in a circle end', () => {
  const error = new Error('a');
  error.cause = error;
  expect(toLoggedError(error).message).toMatch(/^a(: a)+$/);
});
