import TestRunner from 'jest-runner';

/** Runs test files one after the other: whole systems side by side would only measure the machine. */
// eslint-disable-next-line no-restricted-exports -- jest takes the default export
export default class SerialRunner extends TestRunner.default {
  override readonly isSerial = true;
}
