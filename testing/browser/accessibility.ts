import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

/** Runs axe on what the page shows: WCAG 2.2 AA and its best practices. Returns each violation in one line. */
export const accessibilityFaults = async (page: Page): Promise<string[]> => {
  // evaluated by the browser itself, so that the page's policy for scripts does not matter
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<AxeResults>(
    "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'] })",
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary = '' }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
  );
};
