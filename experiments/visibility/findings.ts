import { readFileSync } from 'node:fs';
import { type Grid } from './grid';
import { type Story } from './story';
import { type Tally } from './tally';

const FORMAT = 'plusone-visibility-1';

/** All that a run of the lab found; the report and the picture are made of nothing else. */
export interface Findings {
  readonly format: typeof FORMAT;
  readonly broker: string;
  readonly node: string;
  readonly startedAt: string;
  readonly seconds: number;
  readonly grid: Grid;
  readonly tallies: readonly Tally[];
  readonly stories: { readonly tutorial: Story; readonly plusone: Story };
}

export const findingsOf = (found: Omit<Findings, 'format'>): Findings => ({ format: FORMAT, ...found });

/** What an earlier run wrote with `--json`. */
export function readFindings(path: string): Findings {
  let findings: unknown;
  try {
    findings = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path} cannot be read as JSON: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  if (!areFindings(findings)) throw new Error(`${path} was not written by \`lab --json\` of this version`);
  return findings;
}

const areFindings = (value: unknown): value is Findings =>
  typeof value === 'object' && value !== null && 'format' in value && value.format === FORMAT;
