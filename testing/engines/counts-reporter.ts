import { leaveWhenIdle } from '../../deploy/local/leave-when-idle.ts';
import type { AggregatedResult, Reporter } from '@jest/reporters';

/**
 * Prints the result of the run as one plain line at the very end. A test file that could not be run counts as failed.
 */
// eslint-disable-next-line no-restricted-exports -- jest takes the default export
export default class CountsReporter implements Pick<Reporter, 'onRunComplete'> {
  onRunComplete(_contexts: unknown, results: AggregatedResult): void {
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    // Jest's own summary and the teardown of the engines come after this call.
    leaveWhenIdle();
    process.once('exit', () => console.log(`\n${results.numPassedTests} passed, ${failed} failed`));
  }
}
