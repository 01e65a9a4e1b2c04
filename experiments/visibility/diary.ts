import { type Journal, type Noted } from '../rig/journal';

/**
 * `run`: a run began; `ended`: it ended, well or not; `extended`: a call that extends leases went out; `refused`: one
 * that the broker refused, such as a delete by a receipt that is no longer the latest.
 */
interface Note {
  readonly kind: 'run' | 'ended' | 'extended' | 'refused';
  readonly cell: string;
  /** None where it concerns no single job. */
  readonly jobId?: string;
}

export type Entry = Noted<Note>;

/** What the consumers of a process write down. */
export type Diary = Journal<Note>;
