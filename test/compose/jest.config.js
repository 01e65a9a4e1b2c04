const { testPathIgnorePatterns, ...base } = require('../../jest.config.js');

/** `npm run test:compose`: apart from the rest, since it takes Docker. */
/** @type {import('jest').Config} */
module.exports = {
  ...base,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/compose/*.test.ts'],
  testPathIgnorePatterns: testPathIgnorePatterns.filter((path) => !path.includes('compose')),
  // The first one builds the images.
  testTimeout: 600_000,
  maxWorkers: 1,
};
