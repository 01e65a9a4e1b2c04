import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

export type Row = Readonly<Record<string, string | number>>;

export const say = (line: string): void => void process.stdout.write(`${line}\n`);

const MIN_WIDTH = 8;

const width = (name: string): number => Math.max(MIN_WIDTH, name.length);
const cell = (name: string): string => name.padStart(width(name));

/** Prints rows as they come, under the names of the first. */
export class Table {
  readonly rows: Row[] = [];

  add(row: Row): void {
    if (this.rows.length === 0) say(Object.keys(row).map(cell).join('  '));
    this.rows.push(row);
    const names = Object.keys(row);
    say(names.map((name) => String(row[name]).padStart(width(name))).join('  '));
  }

  column(name: string): number[] {
    return this.rows.map((row) => Number(row[name]));
  }

  sum(name: string): number {
    return this.column(name).reduce((sum, value) => sum + value, 0);
  }
}

/** Between two lines on progress where they cannot overwrite each other. */
const QUIET_MS = 10_000;

/** How far it is: one line that overwrites itself, or a line now and then where that cannot be. */
export class StatusLine {
  private shownAt = -Infinity;

  show(words: string): void {
    if (process.stdout.isTTY) process.stdout.write(`\r${words} `);
    else if (performance.now() - this.shownAt >= QUIET_MS) {
      this.shownAt = performance.now();
      say(words);
    }
  }

  wipe(): void {
    if (process.stdout.isTTY) process.stdout.write('\r\u001B[K');
  }
}

/** Writes a file, and the folders it is in. */
export function writeFile(path: string, text: string): void {
  mkdirSync(dirname(resolve(path)), { recursive: true });
  writeFileSync(path, text);
}

export const asJson = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;
