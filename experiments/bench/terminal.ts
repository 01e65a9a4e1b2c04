import { say } from '../rig/cli/terminal';
import { grouped } from '../rig/page/markup';
import { columnsOf } from './columns';
import { type Peer } from './peers';
import { type Run } from './run';
import { type Summary } from './summary';
import { type Workload } from './workload';

const minutes = (seconds: number): string =>
  seconds < 100 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;

/** A line for each run as it ends, with how far the bench is. */
export class Progress {
  private done = 0;
  private readonly since = performance.now();

  constructor(private readonly total: number) {}

  ended({ workload, round, peer, figures, faults }: Run): void {
    this.done += 1;
    const { perSecond, cpuMicros, startMs, pollsPer20s } = figures;
    const words = [
      ...(perSecond === undefined ? [] : [`${grouped(Math.round(perSecond))} msg/s`]),
      ...(cpuMicros === undefined ? [] : [`${Math.round(cpuMicros)} us CPU`]),
      ...(startMs === undefined ? [] : [`${startMs} ms`]),
      ...(pollsPer20s === undefined ? [] : [`${pollsPer20s} polls per 20 s`]),
      ...faults.map((fault) => `INVALID: ${fault}`),
    ];
    const seconds = (performance.now() - this.since) / 1_000;
    const left = (seconds / this.done) * (this.total - this.done);
    const far = `[${this.done}/${this.total}, about ${minutes(left)} left]`;
    say(`${far} ${workload}, round ${round}: ${peer.padEnd(22)} ${words.join(', ')}`);
  }
}

/** A workload's table as lines. */
export function tableOf({ title, kind }: Workload, summaries: readonly Summary[], peers: readonly Peer[]): string[] {
  const columns = columnsOf(kind, summaries);
  const reference = peers.find(({ name }) => name === summaries[0]?.reference)?.title;
  const rows = [
    ['', ...columns.map(({ head }) => head)],
    ...summaries.map((summary) => [
      peers.find(({ name }) => name === summary.peer)?.title ?? summary.peer,
      ...(summary.rounds === 0 ? ['INVALID'] : columns.map(({ text }) => text(summary))),
    ]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const ceiling = reference === undefined || kind === 'record' ? '' : `; SDK: ${reference}`;
  const rounds = Math.max(...summaries.map((summary) => summary.rounds));
  return [
    `${title} (${rounds} ${rounds === 1 ? 'round' : 'rounds'}, medians, least and most in brackets${ceiling})`,
    ...rows.map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    ),
    ...summaries
      .filter(({ invalid }) => invalid > 0)
      .map(({ peer, invalid }) => `${peer}: ${invalid} invalid and left out`),
  ];
}
