import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureObservePrograms } from './observe-programs.ts';

const emptyFolder = () => mkdtempSync(join(tmpdir(), 'inorder-programs-'));

test('without Go it says what to install and what is there without it, and leaves nothing behind', async () => {
  const cache = emptyFolder();
  const built = ensureObservePrograms({}, { cache, env: { PATH: emptyFolder() } });
  await expect(built).rejects.toThrow(
    /there is no go on the PATH\. Install Go 1\.21 or newer .*deploy\/prometheus\/prometheus\.yaml/,
  );
  expect(readdirSync(cache)).toEqual([]);
});

test('a Go that cannot fetch a newer one is refused', async () => {
  const bin = emptyFolder();
  const script = '#!/bin/sh\necho go version go1.19.8 linux/amd64\n';
  writeFileSync(join(bin, 'go'), script, { mode: 0o755 });
  const built = ensureObservePrograms({}, { cache: emptyFolder(), env: { PATH: bin } });
  await expect(built).rejects.toThrow(/cannot build with go version go1\.19\.8 .*Install Go 1\.21/);
});

test('a build that fails is reported with the end of what go says, and leaves nothing behind', async () => {
  const [bin, cache] = [emptyFolder(), emptyFolder()];
  const script =
    '#!/bin/sh\n[ "$1" = version ] && echo go version go1.26.8 && exit\necho no route to the proxy >&2\nexit 1\n';
  writeFileSync(join(bin, 'go'), script, { mode: 0o755 });
  const built = ensureObservePrograms({}, { cache, env: { PATH: bin } });
  await expect(built).rejects.toThrow(/could not be built.*\n(.*\n)*no route to the proxy/);
  expect(readdirSync(cache)).toEqual([]);
});
