/** `npm test -- --config test/compose/jest.config.js`, which takes Docker; its first test builds the images. */
module.exports = require('../apart')('compose', 600_000);
