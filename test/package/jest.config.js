/** `npm test -- --config test/package/jest.config.js`, which installs from the registry. */
module.exports = require('../apart')('package', 300_000);
