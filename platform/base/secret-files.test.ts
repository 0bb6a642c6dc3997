import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { loadConfig } from './config.ts';
import { secret, secretNames } from './secret-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'secrets-'));
const fileWith = (content: string): string => {
  const file = join(folder, `${Math.random()}`);
  writeFileSync(file, content);
  return file;
};

const schema = z.object({
  PASSWORD: secret(z.string().min(3)),
  TOKEN: secret(z.string().regex(/^\d+$/, 'not a number').optional()),
  PORT: z.coerce.number().default(1),
});
const faultsOf = (env: Record<string, string>): string => {
  try {
    loadConfig(schema, env);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('The settings were accepted.');
};

test('a secret comes from the environment, or from its file without the end of the line', () => {
  expect(loadConfig(schema, { PASSWORD: 'abc' })).toEqual({ PASSWORD: 'abc', PORT: 1 });
  for (const [content, held] of [
    ['abc\n', 'abc'],
    ['abc\r\n', 'abc'],
    [' a c ', ' a c '],
  ] as const) {
    const PASSWORD_FILE = fileWith(content);
    expect(loadConfig(schema, { PASSWORD_FILE, PASSWORD: '' })).toEqual({
      PASSWORD: held,
      PORT: 1,
    });
  }
});

test('neither of the two, and both of them, are refused', () => {
  expect(faultsOf({})).toBe(
    'Settings are wrong:\n✖ Set it, or PASSWORD_FILE to a file that holds it\n  → at PASSWORD',
  );
  expect(faultsOf({ PASSWORD: 'abc', PASSWORD_FILE: fileWith('def') })).toBe(
    'Settings are wrong:\n✖ PASSWORD is set, too: take one of the two out\n  → at PASSWORD_FILE',
  );
});

test.each([
  ['that is not there', join(folder, 'none'), 'cannot be read (ENOENT)'],
  ['that is a folder', folder, 'cannot be read (EISDIR)'],
  ['that is empty', fileWith(''), 'is empty'],
  ['with an empty line', fileWith('\n'), 'is empty'],
  ['of several lines', fileWith('abc\ndef\n'), 'holds more than one line'],
])('a file %s is refused, by the name of its setting', (_, file, fault) => {
  expect(faultsOf({ PASSWORD_FILE: file })).toBe(
    `Settings are wrong:\n✖ ${file} ${fault}\n  → at PASSWORD_FILE`,
  );
});

test('a file without the right to read it is refused', () => {
  const file = fileWith('abc');
  chmodSync(file, 0);
  // root may read everything
  if (process.getuid?.() === 0) process.seteuid?.(65_534);
  try {
    expect(faultsOf({ PASSWORD_FILE: file })).toMatch(/cannot be read \(EACCES\)/);
  } finally {
    if (process.getuid?.() === 0) process.seteuid?.(0);
  }
});

test('all faults come at once, and none shows what a file holds', () => {
  const faults = faultsOf({
    PASSWORD_FILE: fileWith('ab'),
    TOKEN_FILE: fileWith('hidden'),
    PORT: 'x',
  });
  expect(faults.match(/→ at \w+/g)).toEqual(['→ at PASSWORD', '→ at TOKEN', '→ at PORT']);
  expect(faults).not.toContain('hidden');
});

test('only a secret has a file', () => {
  expect(secretNames(schema)).toEqual(['PASSWORD', 'TOKEN']);
  expect(loadConfig(schema, { PASSWORD: 'abc', PORT_FILE: '/none' }).PORT).toBe(1);
});
