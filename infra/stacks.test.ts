import { readdirSync } from 'node:fs';
import { join } from 'node:path';
// Cleans up after all tests of this file, so it comes before them.
import './synthesis';

const FOLDER = join(__dirname, 'stacks');

// One test file for all, as each would load CDK and its validation again, which takes three seconds of a processor. One
// of them: `npm test -- infra/stacks.test.ts -t network`.
describe.each(readdirSync(FOLDER))('%s', (file) => {
  jest.requireActual(join(FOLDER, file));
});
