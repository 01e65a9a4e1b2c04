const base = require('../jest.config.js');

/** `npm test -- --config test/any-order.config.js`: the same flows, on an embedded broker with the habits that SQS has. */
/** @type {import('jest').Config} */
module.exports = {
  ...base,
  rootDir: '..',
  roots: ['<rootDir>/test'],
  globals: { brokerHabits: { anyOrder: true, manyOfAGroup: true } },
};
