import { jobsIn, planOf, PROFILE_NAMES } from './profiles';

test('smoke is steady, has no limit on wall clock, and takes no failure', () => {
  const smoke = planOf('smoke');
  expect(smoke.stages).toEqual([{ seconds: 10, target: 20 }]);
  expect(jobsIn(smoke)).toBe(200);
  expect(smoke.thresholds).toEqual({
    accepted_jobs: ['count>0'],
    failed_requests: ['rate==0'],
    refused_requests: ['rate<=0'],
    dropped_iterations: ['count<=0'],
  });
});

test('load ramps up, stays and ends', () => {
  const load = planOf('load');
  expect(load.startRate).toBe(0);
  expect(jobsIn(load)).toBe(1_000 + 12_000 + 500);
  expect(load.thresholds).toMatchObject({ dropped_iterations: ['count<=135'], http_req_duration: ['p(99)<2000'] });
});

test.each(PROFILE_NAMES)('%s takes another peak and another p99', (name) => {
  const { stages, peak, thresholds } = planOf(name, { peak: 7, p99Ms: 50 });
  expect(peak).toBe(7);
  expect(Math.max(...stages.map(({ target }) => target))).toBe(7);
  expect(thresholds['http_req_duration']).toEqual(['p(99)<50']);
});

test.each(PROFILE_NAMES)('%s fails on any failed request', (name) => {
  expect(planOf(name).thresholds['failed_requests']).toEqual(['rate==0']);
});
