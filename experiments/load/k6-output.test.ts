import { readHandover, readSummary } from './k6-output';

const ID = '01a207aa-8fd7-7748-95c8-60efb20ea30a';

test('reads the accepted jobs, and keeps what is none', () => {
  expect(readHandover(`${ID} 1795420000000\nlevel=warning msg="…"\n${ID} 1795420000050\n01a207aa-8fd`)).toEqual({
    jobs: [
      { id: ID, sentAt: 1_795_420_000_000 },
      { id: ID, sentAt: 1_795_420_000_050 },
    ],
    strays: ['level=warning msg="…"', '01a207aa-8fd'],
  });
  expect(readHandover('')).toEqual({ jobs: [], strays: [] });
});

test('reads what k6 counted, with every threshold', () => {
  const text = JSON.stringify({
    metrics: {
      accepted_jobs: { values: { count: 201, rate: 20 }, thresholds: { 'count>0': { ok: true } } },
      http_reqs: { values: { count: 203 } },
      failed_requests: { values: { rate: 0.01 }, thresholds: { 'rate==0': { ok: false } } },
      http_req_duration: { values: { avg: 18, med: 10.8, 'p(95)': 79.3, 'p(99)': 125.8, max: 135.9 } },
    },
  });
  expect(readSummary(text)).toEqual({
    accepted: 201,
    requests: 203,
    failedShare: 0.01,
    refusedShare: 0,
    dropped: 0,
    requestMs: { median: 10.8, p95: 79.3, p99: 125.8, most: 135.9 },
    thresholds: [
      { name: 'accepted_jobs: count>0', ok: true },
      { name: 'failed_requests: rate==0', ok: false },
    ],
  });
});

test('a summary without metrics is no summary', () => {
  expect(() => readSummary('{}')).toThrow(/without metrics/);
});
