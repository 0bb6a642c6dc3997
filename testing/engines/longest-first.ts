import { statSync } from 'node:fs';
import type { Test } from '@jest/reporters';

/** The files that take longest, in the order in which they begin: beside chaos, which is busy, those that mostly wait. */
const longest = [
  ...['chaos', 'publisher-faults', 'publisher-ownership', 'schema-registry', 'order-crash'],
  ...['new-service', 'ops-inbox', 'local-up', 'order-idempotency', 'console-orders', 'pvz-worker'],
  ...['notification', 'openapi-clients', 'partition-without-leader', 'ops'],
].map((name) => `/e2e/${name}.e2e.test.ts`);

/**
 * The order of the test files for jest: those that take longest begin, so that none of them runs alone at the end, and
 * then by size, as jest does without a record of an earlier run.
 */
// eslint-disable-next-line no-restricted-exports -- jest takes the default export
export default class LongestFirst {
  sort(tests: readonly Test[]): Test[] {
    const sizes = new Map(tests.map(({ path }) => [path, statSync(path).size]));
    const rank = ({ path }: Test): number => {
      const at = longest.findIndex((name) => path.endsWith(name));
      return at === -1 ? longest.length : at;
    };
    const size = ({ path }: Test) => sizes.get(path) ?? 0;
    return tests.toSorted((a, b) => rank(a) - rank(b) || size(b) - size(a));
  }

  allFailedTests(tests: readonly Test[]): readonly Test[] {
    return tests;
  }

  cacheResults(): void {
    // the order does not depend on earlier runs
  }
}
