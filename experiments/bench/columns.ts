import { grouped } from '../rig/page/markup';
import { type FigureName } from './run';
import { type Spread, type Summary } from './summary';
import { type Kind } from './workload';

/** A column of the tables: what is in it, and how it reads. */
export interface Column {
  readonly head: string;
  readonly text: (summary: Summary) => string;
}

const whole = (value: number): string => grouped(Math.round(value));
const digits =
  (count: number) =>
  (value: number): string =>
    value.toFixed(count);

/** Two digits that count, down to hundredths. */
const milliseconds = (value: number): string => (value < 10 ? value.toFixed(2) : whole(value));

const NONE = '-';

const one = (head: string, name: FigureName, write: (value: number) => string): Column => ({
  head,
  text: ({ figures: { [name]: spread } }) => (spread ? write(spread.median) : NONE),
});

const withSpread = (head: string, name: FigureName, write: (value: number) => string): Column => ({
  head,
  text: ({ figures: { [name]: spread } }) => (spread ? spreadText(spread, write) : NONE),
});

const ratio = (head: string, name: FigureName, to: 'ratios' | 'toLean' = 'ratios'): Column => ({
  head,
  text: ({ [to]: { [name]: spread } }) => (spread ? spreadText(spread, digits(2)) : NONE),
});

function spreadText({ median, least, most }: Spread, write: (value: number) => string): string {
  const text = [median, least, most].map(write);
  return text[1] === text[2] ? (text[0] ?? '') : `${text[0] ?? ''} (${text[1] ?? ''}-${text[2] ?? ''})`;
}

const SPEED = [
  withSpread('msg/s', 'perSecond', whole),
  ratio('x SDK', 'perSecond'),
  ratio('x lean', 'perSecond', 'toLean'),
];
const CPU = [
  withSpread('CPU us/msg', 'cpuMicros', whole),
  ratio('x SDK', 'cpuMicros'),
  ratio('x lean', 'cpuMicros', 'toLean'),
  one('broker us', 'brokerCpuMicros', whole),
];
const CALLS = one('calls/msg', 'callsPerMessage', digits(3));
const MEMORY = one('peak MiB', 'peakMiB', whole);
const LATENCY = [one('p50 ms', 'endToEndP50', milliseconds), one('p99 ms', 'endToEndP99', milliseconds)];
const IN_QUEUE = [one('queue p50', 'inQueueP50', milliseconds), one('queue p99', 'inQueueP99', milliseconds)];

/** What is shown of each kind of run. */
const COLUMNS: Readonly<Record<Kind, readonly Column[]>> = {
  drain: [
    ...[...SPEED, ...CPU, CALLS, one('of limit', 'ofLimit', digits(2)), MEMORY],
    one('Q4/Q2 mem', 'memoryGrowth', digits(2)),
  ],
  record: [
    ...[withSpread('msg/s', 'perSecond', whole), ratio('x unrecorded', 'perSecond')],
    ...[withSpread('CPU us/msg', 'cpuMicros', whole), ratio('x unrecorded', 'cpuMicros'), CALLS, MEMORY],
  ],
  paced: [...IN_QUEUE, ...LATENCY, ...CPU, CALLS, MEMORY],
  idle: [one('polls/20 s', 'pollsPer20s', digits(1)), MEMORY],
  produce: [...SPEED, ...LATENCY, ratio('p50 x', 'endToEndP50'), ratio('p99 x', 'endToEndP99'), ...CPU, CALLS, MEMORY],
  start: [withSpread('ms', 'startMs', whole)],
};

export const columnsOf = (kind: Kind, summaries: readonly Summary[]): Column[] =>
  COLUMNS[kind].filter(({ text }) => summaries.some((summary) => text(summary) !== NONE));
