import tseslint from 'typescript-eslint';

const SIZES = {
  'max-lines': ['error', { max: 200, skipBlankLines: true, skipComments: true }],
  'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
  'max-params': ['error', 3],
  complexity: ['error', 12],
  'max-depth': ['error', 3],
};

export default tseslint.config(
  {
    ignores: [
      'dist/**',
      'transport/dist/**',
      'test/package/apps/**',
      'coverage/**',
      'node_modules/**',
      '.data/**',
      'cdk.out/**',
    ],
  },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      ...SIZES,
      eqeqeq: 'error',
      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'The environment is read in contract/environment.ts.' },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      // A Nest module is a class with nothing in it.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      // Nest's options are classes by declaration and object literals by design.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  // The console of k6 is how it hands over what was accepted.
  { files: ['experiments/load/k6/*.ts'], rules: { 'no-console': 'off' } },
  // One store is loaded only where RESULTS names it.
  {
    files: ['results/open.ts'],
    rules: { '@typescript-eslint/no-require-imports': ['error', { allow: ['^\\./postgres/postgres$'] }] },
  },
  // The SDK's client of Lambda only where Lambda is asked.
  {
    files: ['ops/jobs/event-sources.ts'],
    rules: { '@typescript-eslint/no-require-imports': ['error', { allow: ['^@aws-sdk/client-lambda$'] }] },
  },
  // Loaded where somebody opens it.
  {
    files: ['ops/console/door.ts'],
    rules: { '@typescript-eslint/no-require-imports': ['error', { allow: ['^\\./console$'] }] },
  },
  { files: ['contract/environment.ts'], rules: { 'no-restricted-properties': 'off' } },
  {
    files: ['**/*.test.ts', 'test/**/*.ts'],
    rules: {
      'max-lines-per-function': ['error', { max: 120, skipBlankLines: true, skipComments: true }],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      // A handler may throw anything, so tests do.
      '@typescript-eslint/only-throw-error': 'off',
      '@typescript-eslint/prefer-promise-reject-errors': 'off',
      // Rows of a table and answers of an HTTP client are what they are; the assertion is the check.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
    },
  },
);
