import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from './folders.ts';
import { settingsFiles } from './settings-files.ts';

const folder = join(checkout, 'deploy/env');
const files = await settingsFiles();

test('deploy/env holds a template for each service and make up, and nothing else (make gen writes them)', () => {
  const there = readdirSync(folder).filter((name) => !name.endsWith('.env'));
  expect(there.map((name) => `deploy/env/${name}`).sort()).toEqual([...files.keys()].sort());
});

test.each([...files])('%s is what the settings say (make gen writes it)', (path, content) => {
  expect(readFileSync(join(checkout, path), 'utf8')).toBe(content);
});

test.each([...files])('%s says something of each setting, and changes nothing as it is', (path) => {
  const blocks = readFileSync(join(checkout, path), 'utf8').split('\n\n').slice(1);
  expect(blocks.length).toBeGreaterThan(5);
  for (const block of blocks) expect(block).toMatch(/^(# .{3,98}\n)+#[A-Z][A-Z0-9_]+[=:].*\n?$/);
});
