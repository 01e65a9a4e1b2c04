import { readWait } from './prefer';

test.each([
  ['wait=5', 5],
  ['wait=0', 0],
  ['wait=20', 20],
  ['wait=21', 20],
  ['wait=999999999', 20],
  ['wait=9999999999', 20],
  [`wait=${'9'.repeat(400)}`, 20],
  ['Wait = 5', 5],
  ['wait="5"', 5],
  ['respond-async, wait=10', 10],
  ['wait=10; foo=bar, respond-async', 10],
  ['wait=3, wait=9', 3],
  ['wait=x, wait=9', undefined],
  ['wait=-1', undefined],
  ['wait=1.5', undefined],
  ['wait=1e1', undefined],
  ['waiting=5', undefined],
  ['no-wait=5', undefined],
  ['', undefined],
  [undefined, undefined],
  [['respond-async', 'wait=4'], 4],
])('Prefer: %j means %p', (header, seconds) => {
  expect(readWait(header)).toBe(seconds);
});
