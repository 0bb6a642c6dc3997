import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { checkout } from '../folders.ts';
import { placesToFill } from './places-to-fill.ts';

const run = promisify(execFile);

test('each place is named by file and line, comments are not', () => {
  const root = mkdtempSync(join(tmpdir(), 'inorder-overlays-'));
  const folder = 'deploy/k8s/overlays/production';
  mkdirSync(join(root, folder), { recursive: true });
  const text =
    '# REPLACE_ME is to be replaced\nserver: https://REPLACE_ME:8200\nok: 1 # REPLACE_ME\n';
  writeFileSync(join(root, folder, 'a.yaml'), text);
  writeFileSync(join(root, folder, 'b.yaml'), 'a: 1\nb: REPLACE_ME');
  expect(placesToFill(root)).toEqual([`${folder}/a.yaml:2`, `${folder}/b.yaml:2`]);
});

test('make k8s-secrets refuses them, and changes nothing', async () => {
  const program = join(checkout, 'deploy/k8s/apply-secrets.ts');
  const env = { PATH: '/none' };
  await expect(run(process.execPath, [program], { env })).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(
      /^These places still say REPLACE_ME:\n( {2}deploy\/k8s\/overlays\/production\/\S+\.yaml:\d+\n)+Say there/,
    ),
    stdout: '',
  });
});

test('make k8s-platform says which program it lacks', async () => {
  const program = join(checkout, 'deploy/k8s/install-platform.ts');
  const env = { PATH: '/none' };
  await expect(run(process.execPath, [program], { env })).rejects.toMatchObject({
    code: 1,
    stderr: 'There is no kubectl on the PATH, which this command runs. Install it.\n',
  });
});
