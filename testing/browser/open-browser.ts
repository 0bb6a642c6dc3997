import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { chromium, type Browser } from 'playwright-core';

const run = promisify(execFile);
const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const others = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];

const findChromium = (): string | undefined => {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const inPath = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...inPath, ...others].find((path) => existsSync(path));
};

/** Starts the machine's Chromium; when it is missing and we are root, it is installed with apt first. */
export const openBrowser = async (): Promise<Browser> => {
  if (findChromium() === undefined && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    await run('apt-get', ['update', '-q']);
    await run('apt-get', ['install', '-q', '-y', '--no-install-recommends', 'chromium'], {
      maxBuffer: 64 * 1024 * 1024,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  }
  const executablePath = findChromium();
  if (executablePath === undefined)
    throw new Error(
      'Chromium is missing: install it (Debian: apt-get install chromium; macOS: brew install --cask google-chrome)',
    );
  return chromium.launch({
    executablePath,
    // Without these options Chromium calls its vendor's hosts, and as root it does not start in its sandbox.
    args: [
      '--disable-background-networking',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--no-sandbox',
    ],
  });
};
