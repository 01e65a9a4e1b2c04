import { readFileSync } from 'node:fs';
import { type Run } from './run';
import { type Summary } from './summary';

/** What a bench found, as `--json` leaves it. */
export interface Findings {
  readonly bench: 'plusone';
  readonly startedAt: string;
  readonly seconds: number;
  readonly node: string;
  readonly cpus: string;
  readonly broker: string;
  /** How to do it again. */
  readonly command: string;
  readonly summaries: readonly Summary[];
  readonly runs: readonly Run[];
}

export function readFindings(path: string): Findings {
  let found: unknown;
  try {
    found = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  if (typeof found === 'object' && found !== null && 'bench' in found && found.bench === 'plusone')
    return found as Findings;
  throw new Error(`${path} does not hold what npm run bench leaves with --json.`);
}
