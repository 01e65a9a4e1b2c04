const { testPathIgnorePatterns, ...base } = require('../../jest.config.js');

/** `npm run test:package`: apart from the rest, since it installs from the registry. */
/** @type {import('jest').Config} */
module.exports = {
  ...base,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/package/*.test.ts'],
  testPathIgnorePatterns: testPathIgnorePatterns.filter((path) => !path.includes('package')),
  testTimeout: 300_000,
  maxWorkers: 1,
};
