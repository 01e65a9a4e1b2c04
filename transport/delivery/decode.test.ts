import { Rejection } from './outcome';
import { decode } from './decode';

it.each(['', ' ', '{', '[1,]', 'NaN', '\u0000', `${'['.repeat(33)}${']'.repeat(33)}`])(
  'rejects %j as malformed',
  (body) => {
    expect(() => decode(body)).toThrow(Rejection);
  },
);

it('decodes what nests 32 deep', () => {
  expect(decode(`${'['.repeat(32)}${']'.repeat(32)}`)).toBeDefined();
});
