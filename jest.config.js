// An emulator takes any credentials, but the SDK sends none without some.
process.env.AWS_ACCESS_KEY_ID ??= 'test';
process.env.AWS_SECRET_ACCESS_KEY ??= 'test';
process.env.AWS_REGION ??= 'us-east-1';

const swc = (parser, ignoreDynamic = true) => ({
  jsc: { parser, transform: { legacyDecorator: true, decoratorMetadata: true }, target: 'es2024' },
  module: { type: 'commonjs', ignoreDynamic },
});

/** It loads `http` by `import()`, which jest refuses without a flag of Node's. */
const IMPORTS_LATE = '/node_modules/@opentelemetry/otlp-exporter-base/';

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/**/*.test.ts'],
  modulePathIgnorePatterns: [
    '<rootDir>/dist',
    '<rootDir>/transport/dist',
    '<rootDir>/test/package/apps',
    '<rootDir>/cdk.out',
  ],
  testPathIgnorePatterns: [
    '/node_modules/',
    '<rootDir>/dist/',
    // Run by infra/stacks.test.ts.
    '<rootDir>/infra/stacks/',
    '<rootDir>/test/compose/',
    '<rootDir>/test/deploy/',
    '<rootDir>/test/package/',
  ],
  globalSetup: '<rootDir>/test/harness/shared-brokers.ts',
  globalTeardown: '<rootDir>/test/harness/shared-brokers-end.ts',
  transform: {
    '^.+\\.ts$': ['@swc/jest', swc({ syntax: 'typescript', decorators: true })],
    [`${IMPORTS_LATE}.+\\.cjs$`]: ['@swc/jest', swc({ syntax: 'ecmascript' }, false)],
  },
  reporters: ['default', '<rootDir>/test/skipped.js'],
  transformIgnorePatterns: [`/node_modules/(?!${IMPORTS_LATE.slice('/node_modules/'.length)})`],
  // More than `eventually` waits, twice.
  testTimeout: 60_000,
  // Of the tests of a file that run side by side; see test/harness/side-by-side.ts.
  maxConcurrency: 8,
  // Three for each of two cores, as tests mostly wait.
  maxWorkers: 6,
};
