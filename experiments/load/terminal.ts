import { grouped } from '../rig/page/markup';
import { type Latency } from './k6-output';
import { type Report } from './report';

/** k6 says how far it is every second; where lines cannot overwrite each other, every tenth is enough. */
const QUIET_LINES = 10;

interface Screen {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** How far k6 is, in one line. */
export class Progress {
  private lines = 0;

  constructor(private readonly screen: Screen) {}

  line(text: string): void {
    const [, time, answered] = /^running \(([^)]*)\), .*?(\d+) complete/.exec(text) ?? [];
    if (time === undefined || answered === undefined) return;
    const words = `${time}: ${answered} requests answered`;
    if (this.screen.isTTY) this.screen.write(`\r${words} `);
    else if (this.lines % QUIET_LINES === 0) this.screen.write(`${words}\n`);
    this.lines += 1;
  }

  end(): void {
    if (this.screen.isTTY) this.screen.write('\r\u001B[K');
  }
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
