import { secondsOf } from './retry-after';

it.each([
  ['120', 120],
  ['Fri, 31 Dec 1999 23:59:59 GMT', 9],
  ['Fri, 31 Dec 1999 23:59:40 GMT', 0],
  ['soon', 60],
  [null, 60],
])('reads Retry-After %p as %d s', (header, seconds) => {
  expect(secondsOf(header, Date.parse('Fri, 31 Dec 1999 23:59:50 GMT'))).toBe(seconds);
});
