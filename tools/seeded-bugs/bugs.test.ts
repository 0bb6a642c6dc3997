import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { seededBugs } from './bugs.ts';
import { checkPatch } from './tree.ts';

test.each(seededBugs.map(({ patch }) => patch))('%s still fits the tree', async (patch) => {
  await checkPatch(patch);
});

test('each patch stands in the list', async () => {
  const names = await readdir(fileURLToPath(new URL('.', import.meta.url)));
  const patches = names.filter((name) => name.endsWith('.patch')).sort();
  expect(patches).toEqual(seededBugs.map(({ patch }) => `${patch}.patch`));
});
