import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { passwordFileParameter, readPassword } from './password-file.ts';

// In node-postgres `prefer`, `require` and `verify-ca` mean what verify-full means, and will mean less some
// day.
const sslModes: readonly (string | undefined)[] = [
  undefined,
  'disable',
  'verify-full',
  'no-verify',
];
const files = ['sslrootcert', 'sslcert', 'sslkey'];
const parameters = ['sslmode', ...files, 'target_session_attrs', passwordFileParameter];
const writable = ['read-write', 'primary'];

const example = 'postgres://user:password@host:5432/database';
const socket =
  "a socket's folder is written as the host, e.g. postgres://user@%2Fvar%2Frun%2Fpostgresql/database";
const encoding = '/ ? # @ : and % in a user or password are written percent-encoded (% as %25)';

/**
 * The URL of a database; it contains a password, so no error shows it. With `sslmode=verify-full`, and
 * `sslrootcert=FILE` for authorities that Node does not know, the connection is encrypted and the server
 * authenticated. With `password_file=FILE` in place of a password, that of the file is used, which may change while
 * the process runs. Modes that mean different things in different clients are refused, and so are parameters that we
 * would ignore.
 */
export const databaseUrl = z.string().superRefine((text, context) => {
  for (const message of faultsOf(text)) context.addIssue({ code: 'custom', message });
});

/** Returns the host, or the folder of its socket, and the port of a URL, which may be shown. */
export const serverOf = (text: string): string => {
  const url = URL.parse(text);
  if (url === null) return 'an unreadable address';
  const host = decode(url.hostname) ?? url.hostname;
  return `${host}:${url.port === '' ? '5432' : url.port}`;
};

const faultsOf = (text: string): string[] => {
  const [, between] = /^postgres(?:ql)?:\/\/([^/?#]*)/.exec(text) ?? [];
  if (between === undefined)
    return [`must begin with postgres:// or postgresql://, e.g. ${example}`];
  const authority = between.slice(between.lastIndexOf('@') + 1);
  if (authority.includes(','))
    return [
      'names several hosts: name one, which always leads to the primary (a virtual address or a proxy)',
    ];
  if (authority.split(':').length > 2 && !authority.startsWith('['))
    return ['an IPv6 address is written in brackets, e.g. postgres://user@[::1]:5432/database'];
  const url = /\s/.test(text) ? null : URL.parse(text);
  if (url === null) return [authority === '' ? `names no host; ${socket}` : unreadable(authority)];
  return [
    ...faultsOfPlace(url),
    ...faultsOfParameters(url.searchParams),
    ...faultsOfPasswordFile(url),
  ];
};

const unreadable = (authority: string): string => {
  const port = /:([^:\]]*)$/.exec(authority)?.[1] ?? '1';
  return /^\d{1,5}$/.test(port) && Number(port) < 65_536
    ? `is no address such as ${example}; ${encoding}`
    : `the port must be a number from 1 to 65535, as in ${example}; ${encoding}`;
};

const faultsOfPlace = (url: URL): string[] => {
  const [user, password, host, database] = [
    ...[url.username, url.password, url.hostname, url.pathname.slice(1)].map(decode),
  ];
  const faults: (string | false)[] = [
    [user, password, host, database].includes(undefined) &&
      'has a % that begins no percent-encoding: write it as %25',
    user === '' && `names no user, as in ${example}; ${encoding}`,
    host === '' && `names no host, as in ${example}; ${socket}`,
    url.port === '0' && 'the port must be a number from 1 to 65535',
    (database === '' || database?.includes('/') === true) &&
      `must name one database after the host, as in ${example}`,
    url.hash !== '' && `has a #: ${encoding}`,
  ];
  return faults.filter((fault) => fault !== false);
};

const faultsOfParameters = (given: URLSearchParams): string[] => {
  const names = [...given.keys()];
  // a password that contains a question mark
  if (names.some((name) => !/^\w{1,40}$/.test(name))) return [`has a ? too many: ${encoding}`];
  const unknown = names.filter((name) => !parameters.includes(name));
  const twice = names.filter((name, at) => names.indexOf(name) !== at);
  const value = (name: string) => given.get(name) ?? undefined;
  const attributes = value('target_session_attrs');
  const faults: (string | false)[] = [
    ...unknown.map((name) => `${name} is not known; known are ${parameters.join(', ')}`),
    ...twice.map((name) => `${name} is given twice`),
    !sslModes.includes(value('sslmode')) &&
      'sslmode must be verify-full, disable, or no-verify (encrypted, but to whom is not checked)',
    attributes !== undefined &&
      !writable.includes(attributes) &&
      'target_session_attrs can only be read-write: only a server that can be written to is used',
    ...files.map((name) => {
      const file = value(name);
      return file !== undefined && !isReadable(file) && `${name}=${file} cannot be read`;
    }),
  ];
  return faults.filter((fault) => fault !== false);
};

const faultsOfPasswordFile = ({ password, searchParams }: URL): string[] => {
  const file = searchParams.get(passwordFileParameter);
  if (file === null) return [];
  if (password !== '')
    return [`has a password and ${passwordFileParameter}: take one of the two out`];
  if (!isReadable(file)) return [`${passwordFileParameter}=${file} cannot be read`];
  return readPassword(file) === '' ? [`${passwordFileParameter}=${file} is empty`] : [];
};

const decode = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
};

const isReadable = (file: string): boolean => {
  try {
    readFileSync(file);
    return true;
  } catch {
    return false;
  }
};
