import { z } from 'zod';
import { loadConfig } from '../config.ts';
import { databaseUrl } from './url.ts';

const schema = z.object({ DATABASE_URL: databaseUrl });
const load = (DATABASE_URL: string) => loadConfig(schema, { DATABASE_URL }).DATABASE_URL;
const known = 'package.json'; // any file

test.each([
  'postgres://loms:s3cret@db:5432/inorder',
  'postgresql://loms:s3cret@db/inorder?sslmode=disable',
  'postgres://loms:s3cret@db/inorder?sslmode=no-verify',
  `postgres://loms:s3cret@db/inorder?sslmode=verify-full&sslrootcert=${known}`,
])('%s is taken as it is', (url) => {
  expect(load(url)).toBe(url);
});

test.each([
  ['postgres://loms:s3cret@db/inorder?sslmode=require', /sslmode must be verify-full/],
  ['postgres://loms:s3cret@db/inorder?sslmode=verify-ca', /sslmode must be verify-full/],
  ['postgres://loms:s3cret@db/inorder?sslmode=', /sslmode must be verify-full/],
  ['postgres://db/i?sslmode=verify-full&sslrootcert=/none', /sslrootcert=\/none cannot be read/],
  ['mysql://loms:s3cret@db/inorder', /DATABASE_URL/],
  ['postgres://loms:s3cret@db:port/inorder', /DATABASE_URL/],
  ['s3cret', /DATABASE_URL/],
])('%s is refused, without its password', (url, words) => {
  expect(() => load(url)).toThrow(words);
  expect(() => load(url)).not.toThrow(/s3cret/);
});
