import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { accessibilityFaults } from './accessibility.ts';

const folder = '.inorder/screens';

const looks = [
  { name: 'light', colorScheme: 'light', width: 1280, height: 800 },
  { name: 'dark', colorScheme: 'dark', width: 1280, height: 800 },
  { name: 'narrow', colorScheme: 'light', width: 320, height: 640 },
] as const;

/**
 * Shows the page in light, in dark and 320 px wide. Keeps a picture of each in .inorder/screens, for people to look
 * at, and returns what axe finds, and whether the page is wider than the screen.
 */
export const faultsOfLooks = async (page: Page, name: string): Promise<string[]> => {
  const faults: string[] = [];
  await mkdir(folder, { recursive: true });
  for (const look of looks) {
    const { width, height, colorScheme } = look;
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(folder, `${name}-${look.name}.png`), fullPage: true });
    const found = await accessibilityFaults(page);
    const isTooWide = await page.evaluate(
      'document.documentElement.scrollWidth > document.documentElement.clientWidth',
    );
    if (isTooWide === true) found.push('the page is wider than the screen');
    faults.push(...found.map((fault) => `${look.name}: ${fault}`));
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.emulateMedia({ colorScheme: null });
  return faults;
};
