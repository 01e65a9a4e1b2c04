import { writeFileSync } from 'node:fs';

export type Row = Readonly<Record<string, string | number>>;

/** What an experiment found; `failures` is empty when everything expected came true. */
export interface Findings {
  readonly rows: readonly Row[];
  readonly summary: Row;
  readonly failures: readonly string[];
}

const MIN_WIDTH = 8;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

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

const width = (name: string): number => Math.max(MIN_WIDTH, name.length);
const cell = (name: string): string => name.padStart(width(name));

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  const [low = NaN, high = NaN] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return (low + high) / 2;
}

/** `median (least to most)`. */
export function spread(values: readonly number[], digits = 0): string {
  const [middle, least, most] = [median(values), Math.min(...values), Math.max(...values)];
  return `${middle.toFixed(digits)} (${least.toFixed(digits)} to ${most.toFixed(digits)})`;
}

/** Prints the summary, and writes everything to `file`; the exit code says whether all came true. */
export function conclude(facts: Row, { rows, summary, failures }: Findings, file: string | undefined): number {
  say('');
  for (const [name, value] of Object.entries(summary)) say(`${name.padEnd(28)} ${value}`);
  for (const failure of failures) say(`NOT AS EXPECTED: ${failure}`);
  say(failures.length === 0 ? 'All as expected.' : `${failures.length} not as expected.`);
  if (file !== undefined)
    writeFileSync(file, `${JSON.stringify({ ...facts, summary, failures, rows }, undefined, 2)}\n`);
  return failures.length === 0 ? 0 : 1;
}

/** What went wrong, as one sentence on stderr, and the exit code 1. */
export async function reportFailure(main: Promise<void>): Promise<void> {
  try {
    await main;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
