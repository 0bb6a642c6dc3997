import TestRunner from 'jest-runner';

// Jest loads this file as CommonJS, where the import is the class; as a module it would be its holder.
const Base = 'default' in TestRunner ? TestRunner.default : TestRunner;

/** Runs test files one after the other: whole systems side by side would only measure the machine. */
// eslint-disable-next-line no-restricted-exports -- jest takes the default export
export default class SerialRunner extends Base {
  override readonly isSerial = true;
}
