import { isSameQueue } from './same-queue';

const URL_OF_JOBS = 'https://sqs.us-east-1.amazonaws.com/123456789012/jobs';

test.each([
  [URL_OF_JOBS, URL_OF_JOBS, true],
  [URL_OF_JOBS, `${URL_OF_JOBS}/`, true],
  [`${URL_OF_JOBS}//`, URL_OF_JOBS, true],
  [URL_OF_JOBS, `${URL_OF_JOBS}-dlq`, false],
  [`${URL_OF_JOBS}/`, `${URL_OF_JOBS}/a`, false],
  ['', '/', true],
])('%s and %s: %s', (one, other, same) => {
  expect(isSameQueue(one, other)).toBe(same);
});

test('a megabyte of slashes that are not at the end costs no more than another text', () => {
  const url = `https://${'/'.repeat(1_000_000)}x`;
  expect(isSameQueue(url, url)).toBe(true);
});
