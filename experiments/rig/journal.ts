import { existsSync, openSync, readFileSync, writeSync } from 'node:fs';

/** An entry, with the milliseconds since the epoch at which it was written. */
export type Noted<Entry> = Entry & { readonly at: number };

/**
 * What processes under experiment note: a line of JSON each, appended in one call that is over when the process is killed.
 * Several may share a file.
 */
export class Journal<Entry extends object> {
  private readonly file: number;

  constructor(path: string) {
    this.file = openSync(path, 'a');
  }

  add(entry: Entry): void {
    writeSync(this.file, `${JSON.stringify({ at: Date.now(), ...entry })}\n`);
  }
}

/** Complete lines only; none where the file is not there yet. */
export function readJournal<Entry>(path: string): Noted<Entry>[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Noted<Entry>);
}
