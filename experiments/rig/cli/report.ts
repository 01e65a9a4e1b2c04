import { asJson, type Row, say, writeFile } from './terminal';

/** The findings of an experiment. `failures` is empty if everything came true that was expected. */
export interface Findings {
  readonly rows: readonly Row[];
  readonly summary: Row;
  readonly failures: readonly string[];
}

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

/** Prints the facts of a run before it begins: what, where, how much. */
export const announce = (facts: Row): void => {
  say(`${JSON.stringify(facts)}\n`);
};

/** Prints the summary, and writes everything to `file`; the exit code says whether all came true. */
export function conclude(facts: Row, { rows, summary, failures }: Findings, file: string | undefined): number {
  say('');
  for (const [name, value] of Object.entries(summary)) say(`${name.padEnd(28)} ${value}`);
  for (const failure of failures) say(`NOT AS EXPECTED: ${failure}`);
  say(failures.length === 0 ? 'All as expected.' : `${failures.length} not as expected.`);
  if (file !== undefined) writeFile(file, asJson({ ...facts, summary, failures, rows }));
  return failures.length === 0 ? 0 : 1;
}
