import { type Setting } from './grid';
import { type Entry } from './diary';

/** What happened to one transfer, in seconds since it was first received. */
export interface Story {
  readonly setting: Setting;
  readonly runs: readonly { readonly from: number; readonly to: number }[];
  readonly payments: readonly number[];
  /** Calls that extended the lease. */
  readonly extensions: readonly number[];
  /** Undefined for one that never was a dead letter. */
  readonly deadLettered?: number;
  /** The message was seen to be gone from its queue. */
  readonly gone: number;
}

/** All times in milliseconds since the epoch. */
export interface Observed {
  readonly setting: Setting;
  readonly entries: readonly Entry[];
  readonly payments: readonly number[];
  readonly deadLettered: number | undefined;
  readonly gone: number;
}

/** Runs of one job end in the order they began: each takes as long as the others. */
export function storyOf({ setting, entries, payments, deadLettered, gone }: Observed): Story {
  const timesOf = (kind: Entry['kind']): number[] => entries.filter((one) => one.kind === kind).map(({ at }) => at);
  const [starts, ends] = [timesOf('run'), timesOf('ended')];
  const first = starts[0] ?? 0;
  const since = (at: number): number => Math.round((at - first) / 100) / 10;
  return {
    setting,
    runs: starts.map((from, run) => ({ from: since(from), to: since(ends[run] ?? gone) })),
    payments: payments.map(since),
    extensions: timesOf('extended').map(since),
    ...(deadLettered !== undefined && { deadLettered: since(deadLettered) }),
    gone: since(gone),
  };
}
