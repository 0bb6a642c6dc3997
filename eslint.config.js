import eslint from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const kebabCase = {
  rules: {
    'file-name': {
      create: (context) => ({
        Program(node) {
          const name = context.filename.split('/').at(-1);
          if (/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)+$/.test(name)) return;
          context.report({ node, message: `File name ${name} is not kebab-case.` });
        },
      }),
    },
  },
};

const onlyMainReadsTheEnvironment = {
  object: 'process',
  property: 'env',
  message: 'Settings are read in main.ts only and passed down in pieces.',
};

export default defineConfig(
  {
    ignores: [
      'gen/',
      'node_modules/',
      '.inorder/',
      '*.config.js',
      '.dependency-cruiser.js',
      'tools/clients/openapi-typescript/',
    ],
  },
  eslint.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    plugins: { house: kebabCase },
    languageOptions: { parserOptions: { projectService: true } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'house/file-name': 'error',
      '@typescript-eslint/no-floating-promises': ['error', { checkThenables: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
      'no-restricted-properties': ['error', onlyMainReadsTheEnvironment],
      'no-console': 'error',
      'max-lines': ['error', 250],
      'max-depth': ['error', 3],
      'max-params': ['error', 3],
      complexity: ['error', 10],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: [
      '**/main.ts',
      'platform/base/run-service.ts',
      'deploy/**',
      'bench/**',
      'e2e/**',
      'testing/**',
      'tools/**',
      'docs/**',
      '**/*.test.ts',
    ],
    rules: { 'no-restricted-properties': 'off', 'no-console': 'off' },
  },
  {
    files: ['**/*.test.ts'],
    rules: {
      'max-lines': ['error', 400],
      'max-lines-per-function': 'off',
      'max-params': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      // jest's matchers are any
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },
  {
    files: ['e2e/**', 'testing/**', 'tools/**'],
    rules: { 'max-lines-per-function': ['error', 90] },
  },
  {
    files: ['**/*.config.ts'],
    rules: { 'no-restricted-exports': 'off', 'no-restricted-properties': 'off' },
  },
);
