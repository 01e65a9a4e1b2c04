const base = require('../jest.config.js');

/** `npm run test:any-order`: the same flows, on an embedded broker with the habits that SQS has. */
/** @type {import('jest').Config} */
module.exports = {
  ...base,
  rootDir: '..',
  roots: ['<rootDir>/test'],
  globals: { brokerHabits: { anyOrder: true, manyOfAGroup: true } },
};
