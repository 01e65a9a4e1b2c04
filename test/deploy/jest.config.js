/** `npm test -- --config test/deploy/jest.config.js`, which takes MiniStack; its first test is synthesis, start and deployment. */
module.exports = require('../apart')('deploy', 120_000);
