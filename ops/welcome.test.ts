import { readEnvironment } from '../contract/environment';
import { Stack } from './stack';
import { welcome } from './start';

test('the welcome shows how to send a key, and no key', () => {
  const environment = readEnvironment({ API_KEYS: 's3cret,other' });
  const text = welcome(new Stack(environment, () => undefined), environment);
  expect(text).toContain('-H "authorization: Bearer $KEY"');
  expect(text).not.toMatch(/s3cret|other,/);
});
