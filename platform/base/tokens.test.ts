import { createHash } from 'node:crypto';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '../../testing/wait-for.ts';
import { loadTokens } from './tokens.ts';

let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'inorder-test-tokens-'))));
afterAll(() => rm(folder, { recursive: true }));

const load = async (content: string) => {
  const file = join(folder, 'tokens.yaml');
  await writeFile(file, content);
  return loadTokens(file, () => undefined);
};
const hashOf = (token: string) => createHash('sha256').update(token).digest('hex');

test('no file, no tokens', () => {
  expect(loadTokens(undefined, () => undefined)).toBeUndefined();
});

test('a token leads to its subject and roles', async () => {
  const tokens = await load(`tokens:
  - { subject: shop, sha256: ${hashOf('s3cret')}, roles: [orders:write, orders:read] }
  - { subject: desk, sha256: ${hashOf('other')}, roles: [] }
`);
  const { subject, roles } = tokens!.find('s3cret')!;
  expect([subject, ...roles]).toEqual(['shop', 'orders:write', 'orders:read']);
  expect(tokens!.find('other')?.subject).toBe('desk');
  expect(tokens!.find('')).toBeUndefined();
  expect(tokens!.find(hashOf('s3cret'))).toBeUndefined();
});

test.each([
  ['not YAML', '{s3cret: [', /is not YAML/],
  ['the token itself', 'tokens: [{ subject: a, sha256: s3cret, roles: [] }]', /64 hexadecimal/],
  ['an unknown word', `tokens: [{ subject: a, sha256: ${hashOf('x')}, role: s3cret }]`, /roles/],
  ['no token', 'tokens: []', /Too small/],
])('a file with %s is refused, and not shown', async (_name, content, words) => {
  const refusal = load(content);
  await expect(refusal).rejects.toThrow(words);
  await expect(refusal).rejects.toThrow(/^AUTH_TOKENS_FILE .*tokens.yaml/);
  await expect(refusal).rejects.not.toThrow(/s3cret/);
});

test('a file that is not there is named', () => {
  expect(() => loadTokens('/none', () => undefined)).toThrow(
    'AUTH_TOKENS_FILE /none cannot be read.',
  );
});

const fileOf = (...given: string[]) =>
  `tokens:\n${given.map((token) => `  - { subject: ${token}, sha256: ${hashOf(token)}, roles: [] }\n`).join('')}`;

test('a file that changes twice counts without a restart, one that is wrong does not', async () => {
  const file = join(folder, 'changing.yaml');
  const faults: unknown[] = [];
  await writeFile(file, fileOf('one'));
  const tokens = loadTokens(file, (error) => faults.push(error))!;
  const finds = (token: string) => tokens.find(token)?.subject === token;
  // as a Secret of Kubernetes does it: another file takes the place of this one
  const replace = async (content: string) => {
    await writeFile(`${file}.new`, content);
    await rename(`${file}.new`, file);
  };
  const until = (what: string, holds: () => boolean) =>
    waitFor(() => Promise.resolve(holds()), { what, timeoutMs: 20_000 });
  for (const [before, after] of [
    ['one', 'two'],
    ['two', 'three'],
  ] as const) {
    await replace(fileOf(before, after));
    await until(`${after} to count`, () => finds(after));
    expect(finds(before)).toBe(true);
    await replace(fileOf(after));
    await until(`${before} to count no more`, () => !finds(before));
    expect(finds(after)).toBe(true);
  }
  await replace('tokens: []');
  await until('the fault', () => finds('three') && faults.length > 0);
  await rm(file);
  await until('the missing file', () => finds('three') && faults.length > 1);
  expect(String(faults[1])).toMatch(/cannot be read/);
  expect(faults).toHaveLength(2);
});
