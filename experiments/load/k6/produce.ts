/**
 * Runs in k6, not in Node: posts jobs at the rate of a profile. Each accepted job is handed over as a line
 * `ID SENT` on the console; `accepted_jobs` counts them apart, so that a lost line shows.
 *
 *   k6 run -e TYPE=add-one -e BODY='{"input":1}' [-e PROFILE=smoke] [-e TARGET=http://127.0.0.1:3000] [-e PEAK=N] [-e P99_MS=N] [-e API_KEY=…] [-e SUMMARY=FILE]
 */
import http, { type Response } from 'k6/http';
import { Counter, Rate } from 'k6/metrics';
import { type Options, type Scenario } from 'k6/options';
import { isLoopback, isProfileName, planOf, type Plan } from '../profiles.ts';

/** k6's, which its types leave out. */
declare const console: { log(line: string): void };

const {
  TYPE = '',
  BODY = '',
  PROFILE = 'smoke',
  TARGET = 'http://127.0.0.1:3000',
  PEAK,
  P99_MS,
  API_KEY,
  SUMMARY,
} = __ENV;

const numberOf = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));

function readPlan(): Plan {
  if (!isLoopback(TARGET)) throw new Error(`TARGET is "${TARGET}"; it takes a URL of this machine.`);
  if (!isProfileName(PROFILE)) throw new Error(`PROFILE is "${PROFILE}"; there is none of that name.`);
  return planOf(PROFILE, { peak: numberOf(PEAK), p99Ms: numberOf(P99_MS) });
}

const plan = readPlan();

function scenario({ startRate, stages, users, usersAtMost }: Plan): Scenario {
  const shared = { timeUnit: '1s', preAllocatedVUs: users, maxVUs: usersAtMost, gracefulStop: '20s' };
  const [first, ...more] = stages;
  if (first && more.length === 0) {
    return { executor: 'constant-arrival-rate', rate: first.target, duration: `${first.seconds}s`, ...shared };
  }
  const ramps = stages.map(({ seconds, target }) => ({ duration: `${seconds}s`, target }));
  return { executor: 'ramping-arrival-rate', startRate, stages: ramps, ...shared };
}

export const options: Options = {
  scenarios: { [plan.name]: scenario(plan) },
  thresholds: { ...plan.thresholds },
  summaryTrendStats: ['avg', 'min', 'med', 'p(95)', 'p(99)', 'max'],
  // Nothing leads away from this machine.
  maxRedirects: 0,
};

const accepted = new Counter('accepted_jobs');
const failed = new Rate('failed_requests');
const refused = new Rate('refused_requests');

const headers = {
  'content-type': 'application/json',
  ...(API_KEY !== undefined && { authorization: `Bearer ${API_KEY}` }),
};

/** The producer says so when it is too busy: come back later. */
const isRefusal = ({ status, headers: { 'Retry-After': retryAfter } }: Response): boolean =>
  status === 503 && retryAfter !== undefined;

const url = `${TARGET.replace(/\/$/, '')}/jobs/${TYPE}`;

export default function produce(): void {
  const sentAt = Date.now();
  const answer = http.post(url, BODY, {
    headers,
    timeout: '15s',
  });
  const id = answer.status === 202 ? answer.json('id') : undefined;
  refused.add(isRefusal(answer));
  failed.add(typeof id !== 'string' && !isRefusal(answer));
  if (typeof id !== 'string') return;
  accepted.add(1);
  console.log(`${id} ${sentAt}`);
}

export function handleSummary(summary: unknown): Record<string, string> {
  return SUMMARY === undefined
    ? { stdout: JSON.stringify(summary, undefined, 2) }
    : { [SUMMARY]: JSON.stringify(summary) };
}
