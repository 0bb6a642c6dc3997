import { z } from 'zod';
import { loadConfig } from '../base/config.ts';
import { databaseUrl, serverOf } from './url.ts';

const schema = z.object({ DATABASE_URL: databaseUrl });
const load = (DATABASE_URL: string) => loadConfig(schema, { DATABASE_URL }).DATABASE_URL;
const known = 'package.json'; // any file

test.each([
  'postgres://loms:s3cret@db:5432/inorder',
  'postgresql://loms:s3cret@db/inorder?sslmode=disable',
  'postgres://loms:s3cret@db/inorder?sslmode=no-verify',
  `postgres://loms:s3cret@db/inorder?sslmode=verify-full&sslrootcert=${known}`,
  'postgres://loms:s3cret@[::1]:5432/inorder',
  'postgres://loms:s3cret%2F%3F%23%40%3A%25@db/inorder',
  'postgres://loms@%2Fvar%2Frun%2Fpostgresql/inorder',
  'postgres://loms@db/in%20order?target_session_attrs=read-write',
  `postgres://loms@db/inorder?password_file=${known}`,
])('%s is taken as it is', (url) => {
  expect(load(url)).toBe(url);
});

test.each([
  ['postgres://loms:s3cret@db/inorder?sslmode=require', /sslmode must be verify-full/],
  ['postgres://loms:s3cret@db/inorder?sslmode=verify-ca', /sslmode must be verify-full/],
  ['postgres://loms:s3cret@db/inorder?sslmode=', /sslmode must be verify-full/],
  ['postgres://db/i?sslmode=verify-full&sslrootcert=/none', /sslrootcert=\/none cannot be read/],
  ['mysql://loms:s3cret@db/inorder', /must begin with postgres:/],
  ['jdbc:postgresql://loms:s3cret@db/inorder', /must begin with postgres:/],
  ['host=db password=s3cret', /must begin with postgres:/],
  ['s3cret', /must begin with postgres:/],
  ['postgres://loms:s3cret@db:port/inorder', /port must be a number/],
  ['postgres://loms:s3cret@db:65536/inorder', /port must be a number/],
  ['postgres://loms:s3cret@db:0/inorder', /port must be a number/],
  ['postgres://loms:s3cret@db', /must name one database/],
  ['postgres://loms:s3cret@db/', /must name one database/],
  ['postgres://loms:s3cret@db/in/order', /must name one database/],
  ['postgres:///inorder', /names no host/],
  ['postgres://db/inorder', /names no user/],
  ['postgres://loms:s3cret@::1:5432/inorder', /IPv6 address is written in brackets/],
  ['postgres://loms:s3cret@[::1/inorder', /is no address such as/],
  ['postgres://loms:s3cret@one:5432,two:5432/inorder', /names several hosts/],
  ['postgres://loms:s3cret@one,two/inorder', /names several hosts/],
  ['postgres://loms:100%s3cret@db/inorder', /begins no percent-encoding/],
  ['postgres://loms:9/s3cret@db/inorder', /percent-encoded/],
  ['postgres://loms:9?s3cret@db/inorder', /percent-encoded/],
  ['postgres://loms:9#s3cret@db/inorder', /percent-encoded/],
  ['postgres://loms:s3 cret@db/inorder', /percent-encoded/],
  ['postgres://loms:s3cret@db/inorder?options=-c', /options is not known/],
  ['postgres://loms:s3cret@db/inorder?sslmod=disable', /sslmod is not known/],
  ['postgres://loms@db/i?sslmode=disable&sslmode=verify-full', /sslmode is given twice/],
  ['postgres://loms@/i?host=/run', /socket's folder is written as the host/],
  ['postgres://loms@db/i?host=/run', /host is not known/],
  ['postgres://loms@db/i?password_file=/none', /password_file=\/none cannot be read/],
  ['postgres://loms@db/i?password_file=/dev/null', /password_file=\/dev\/null is empty/],
  [`postgres://loms:s3cret@db/i?password_file=${known}`, /has a password and password_file/],
  ['postgres://loms:s3cret@db/i?target_session_attrs=standby', /can only be read-write/],
])('%s is refused, without its password', (url, words) => {
  expect(() => load(url)).toThrow(words);
  expect(() => load(url)).not.toThrow(/s3cret/);
});

test.each([
  ['postgres://loms:s3cret@db/inorder', 'db:5432'],
  ['postgres://loms:s3cret@[::1]:6432/inorder', '[::1]:6432'],
  ['postgres://loms@%2Fvar%2Frun/inorder', '/var/run:5432'],
])('of %s people are shown %s', (url, server) => {
  expect(serverOf(url)).toBe(server);
});
