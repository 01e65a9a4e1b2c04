import { existsSync, openSync, readFileSync, writeSync } from 'node:fs';

const KINDS = ['run', 'ended', 'extended', 'refused'] as const;

/**
 * `run`: a run began; `ended`: it ended, well or not; `extended`: a call that extends leases went out; `refused`: one
 * that the broker refused, such as a delete by a receipt that is no longer the latest.
 */
type EntryKind = (typeof KINDS)[number];

export interface Entry {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly kind: EntryKind;
  readonly cell: string;
  /** Empty where it concerns no single job. */
  readonly jobId: string;
}

/** What the consumers of a process write down, a line each. */
export class Diary {
  private readonly file: number;

  constructor(path: string) {
    this.file = openSync(path, 'a');
  }

  note(kind: EntryKind, cell: string, jobId = ''): void {
    writeSync(this.file, `${Date.now()} ${kind} ${cell} ${jobId}\n`);
  }
}

const isKind = (text: string): text is EntryKind => KINDS.some((kind) => kind === text);

/** Complete lines only; none of a process that has not begun. */
export function readDiary(path: string): Entry[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.flatMap((line) => {
    const [at = '', kind = '', cell = '', jobId = ''] = line.split(' ');
    return isKind(kind) ? [{ at: Number(at), kind, cell, jobId }] : [];
  });
}
