/** `npm run test:package`, which installs from the registry. */
module.exports = require('../apart')('package', 300_000);
