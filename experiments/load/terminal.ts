import { grouped } from '../rig/page/markup';
import { type Latency } from './k6-output';
import { type Report } from './report';

/** The progress that a line of k6 shows; undefined for other lines. */
export function progressOf(line: string): string | undefined {
  const [, time, answered] = /^running \(([^)]*)\), .*?(\d+) complete/.exec(line) ?? [];
  return time === undefined || answered === undefined ? undefined : `${time}: ${answered} requests answered`;
}

export const percent = (share: number): string => `${(share * 100).toFixed(share > 0 && share < 0.01 ? 2 : 0)} %`;

export const milliseconds = (ms: number): string => (ms < 10 ? ms.toFixed(1) : grouped(Math.round(ms)));

const latency = ({ median, p95, p99, most }: Latency): string =>
  `median ${milliseconds(median)}, p95 ${milliseconds(p95)}, p99 ${milliseconds(p99)}, at most ${milliseconds(most)} ms`;

export function summaryOf(report: Report): string[] {
  const { requests, accepted, done, deadLetters, refusedShare, failedShare, dropped, drainSeconds, faults } = report;
  const dead = deadLetters === undefined ? '' : `, ${deadLetters} dead letters`;
  return [
    '',
    `requests     ${requests}: ${accepted} accepted, ${percent(refusedShare)} refused, ${percent(failedShare)} failed; ${dropped} arrivals dropped`,
    `jobs         ${done} of ${accepted} done${dead}; drained ${drainSeconds.toFixed(2)} s after the last was sent`,
    `request      ${latency(report.requestMs)}`,
    `end to end   ${latency(report.endToEndMs)}`,
    ...faults.map((fault) => `NOT AS EXPECTED: ${fault}`),
    faults.length === 0 ? 'Every accepted job is done.' : `${faults.length} not as expected.`,
  ];
}
