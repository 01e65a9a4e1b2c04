const base = require('../jest.config.js');

/**
 * `AWS_ENDPOINT_URL_SQS=… npm test -- --config test/each-broker.config.js`: the flows in which another broker than the
 * embedded one can answer otherwise. What a page shows, what is counted and what is packed is the same on each.
 */
/** @type {import('jest').Config} */
module.exports = {
  ...base,
  rootDir: '..',
  // An emulator that shares two cores with the tests stood still for a minute under eight pairs at once.
  maxConcurrency: 2,
  maxWorkers: 2,
  roots: ['<rootDir>/test', '<rootDir>/ops/cli'],
  testPathIgnorePatterns: [
    ...base.testPathIgnorePatterns,
    ...['bundle', 'console', 'examples', 'harness', 'metrics'].map((folder) => `<rootDir>/test/${folder}/`),
  ],
};
