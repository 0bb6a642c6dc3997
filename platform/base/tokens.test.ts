import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadTokens } from './tokens.ts';

let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'inorder-test-tokens-'))));
afterAll(() => rm(folder, { recursive: true }));

const load = async (content: string) => {
  const file = join(folder, 'tokens.yaml');
  await writeFile(file, content);
  return loadTokens(file);
};
const hashOf = (token: string) => createHash('sha256').update(token).digest('hex');

test('no file, no tokens', async () => {
  expect(await loadTokens(undefined)).toBeUndefined();
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

test('a file that is not there is named', async () => {
  await expect(loadTokens('/none')).rejects.toThrow('AUTH_TOKENS_FILE /none cannot be read.');
});
