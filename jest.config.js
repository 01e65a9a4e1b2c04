// An emulator takes any credentials, but the SDK sends none without some.
process.env.AWS_ACCESS_KEY_ID ??= 'test';
process.env.AWS_SECRET_ACCESS_KEY ??= 'test';
process.env.AWS_REGION ??= 'us-east-1';

const swc = (parser) => ({
  jsc: { parser, transform: { legacyDecorator: true, decoratorMetadata: true }, target: 'es2024' },
  module: { type: 'commonjs', ignoreDynamic: true },
});

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
    '<rootDir>/test/compose/',
    '<rootDir>/test/deploy/',
    '<rootDir>/test/package/',
  ],
  transform: {
    '^.+\\.ts$': ['@swc/jest', swc({ syntax: 'typescript', decorators: true })],
  },
  reporters: ['default', '<rootDir>/test/skipped.js'],
  testTimeout: 30_000,
  // Of the tests of a file that run side by side; see test/harness/side-by-side.ts.
  maxConcurrency: 8,
  maxWorkers: 2,
};
