const { testPathIgnorePatterns, ...base } = require('../../jest.config.js');

/** `npm run test:deploy`: apart from the rest, since it takes MiniStack. */
/** @type {import('jest').Config} */
module.exports = {
  ...base,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/deploy/*.test.ts'],
  testPathIgnorePatterns: testPathIgnorePatterns.filter((path) => !path.includes('deploy')),
  // Synthesis, start and deployment of the first one.
  testTimeout: 120_000,
  maxWorkers: 1,
};
