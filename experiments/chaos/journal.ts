import { existsSync, openSync, readFileSync, writeSync } from 'node:fs';

/** What a consumer notes, a line each, in calls that are over when it is killed. */
export type Entry =
  /** A run of the handler begins. */
  | { readonly kind: 'run'; readonly job: string; readonly number: number; readonly pid: number }
  /** The store has answered `once`. */
  | { readonly kind: 'once'; readonly job: string; readonly outcome: string; readonly pid: number }
  | { readonly kind: 'settled'; readonly job: string; readonly action: string; readonly run: boolean };

/** Shared by all consumers of a chaos run: each line is one appending write, with the time before it. */
export class Journal {
  private readonly file: number;

  constructor(path: string) {
    this.file = openSync(path, 'a');
  }

  add(entry: Entry): void {
    writeSync(this.file, `${JSON.stringify({ at: Date.now(), ...entry })}\n`);
  }
}

/** Lines of JSON; none where the file is not there yet. */
export function readLines<T>(path: string): T[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as T);
}

/** Effects that consumers know of; cheap enough to ask for every other second. */
export const countRecorded = (path: string): number =>
  existsSync(path) ? readFileSync(path, 'utf8').split('"outcome":"recorded"').length - 1 : 0;
