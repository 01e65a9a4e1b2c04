const base = require('../jest.config.js');

/**
 * `AWS_ENDPOINT_URL_SQS=… npm test -- --config test/each-broker.config.js`: the flows in which another broker than the
 * embedded one can answer otherwise. What a page shows, what is counted and what is packed is the same on each.
 */
/** @type {import('jest').Config} */
module.exports = {
  ...base,
  rootDir: '..',
  roots: ['<rootDir>/test', '<rootDir>/ops/cli'],
  testPathIgnorePatterns: [
    ...base.testPathIgnorePatterns,
    ...['bundle', 'console', 'examples', 'harness', 'metrics'].map((folder) => `<rootDir>/test/${folder}/`),
  ],
};
