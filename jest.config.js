const project = (name, testMatch, extra = {}) => ({
  displayName: name,
  testEnvironment: 'node',
  testMatch,
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+[.]ts$': [
      '@swc/jest',
      {
        jsc: { target: 'esnext', parser: { syntax: 'typescript' } },
        module: { type: 'es6', resolveFully: false },
      },
    ],
  },
  transformIgnorePatterns: ['/node_modules/'],
  modulePathIgnorePatterns: ['<rootDir>/.inorder/'],
  ...extra,
});

// Postgres and Kafka for the tests that need them; started once a run.
const engines = {
  globalSetup: './testing/engines/setup.ts',
  globalTeardown: './testing/engines/teardown.ts',
};

export default {
  // so many files side by side, of whichever kind, also on two cores: most of them wait most of the time
  maxWorkers: 4,
  // no claim about speed: what is waited for ends a test at once
  testTimeout: 600_000,
  testSequencer: './testing/engines/longest-first.ts',
  reporters: ['default', './testing/engines/counts-reporter.ts'],
  projects: [
    project('unit', ['<rootDir>/**/*.test.ts', '!**/*.int.test.ts', '!**/*.e2e.test.ts']),
    project('int', ['<rootDir>/**/*.int.test.ts'], engines),
    project('e2e', ['<rootDir>/e2e/**/*.e2e.test.ts'], engines),
  ],
};
