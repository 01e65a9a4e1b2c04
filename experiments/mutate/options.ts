import { parseArgs } from 'node:util';
import { MUTATED } from './related-tests';

export interface Options {
  /** Files of `transport/` to mutate. */
  readonly paths: readonly string[];
  /** How many mutants of each file to try; undefined for all. */
  readonly sample: number | undefined;
  readonly seed: number;
  /** Lines to mutate alone; undefined for all. */
  readonly lines: readonly number[] | undefined;
  readonly json: string | undefined;
}

const USAGE = 'mutate [PATH ...] [--sample N] [--seed N] [--lines N,N] [--json FILE]';

/** What `npm run mutate` was told; throws one sentence about what it cannot be told. */
export function readOptions(args: readonly string[]): Options {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { sample: text, seed: text, lines: text, json: text },
    allowPositionals: true,
  });
  const paths = MUTATED.filter((path) => positionals.length === 0 || positionals.some((part) => path.startsWith(part)));
  if (paths.length === 0) throw new Error(`None of the files that have tests named is in that path: ${USAGE}`);
  return {
    paths,
    sample: readNumber('--sample', values.sample),
    seed: readNumber('--seed', values.seed) ?? 1,
    lines: values.lines?.split(',').map((line) => readNumber('--lines', line) ?? 0),
    json: values.json,
  };
}

function readNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Error(`${name} takes a whole number from 1 on, not "${text}": ${USAGE}`);
  return Number(text);
}
