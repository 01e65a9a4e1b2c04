const { testPathIgnorePatterns, ...base } = require('../jest.config.js');

/**
 * The configuration of a folder of tests that `npm test` leaves out, since they take what a bare machine may not have.
 * @param {string} folder
 * @param {number} testTimeout in milliseconds, of the slowest test
 * @returns {import('jest').Config}
 */
module.exports = (folder, testTimeout) => ({
  ...base,
  rootDir: '../..',
  testMatch: [`<rootDir>/test/${folder}/*.test.ts`],
  testPathIgnorePatterns: testPathIgnorePatterns.filter((path) => !path.includes(folder)),
  testTimeout,
  maxWorkers: 1,
});
