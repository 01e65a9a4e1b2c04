import { parseArgs } from 'node:util';
import { isLocalEndpoint } from '../../contract/local';
import { parseArguments } from '../rig/cli/arguments';

export interface Options {
  readonly quick: boolean;
  /** Undefined for an embedded one. */
  readonly broker: string | undefined;
  /** Findings of an earlier run, drawn once more. */
  readonly from: string | undefined;
  readonly out: string;
  readonly json: string | undefined;
  readonly picture: string | undefined;
}

const USAGE = 'npm run lab -- [--quick] [--broker URL] [--out FILE] [--json FILE] [--picture FILE] [--from FILE]';

/** Git-ignored. */
const DEFAULT_OUT = '.data/visibility.html';

/** Throws one sentence for what it does not take. */
export function readOptions(args: readonly string[]): Options {
  const text = { type: 'string' } as const;
  const { values } = parseArguments(USAGE, () =>
    parseArgs({
      args: [...args],
      options: { quick: { type: 'boolean' }, broker: text, from: text, out: text, json: text, picture: text },
    }),
  );
  const { quick = false, broker, from, out = DEFAULT_OUT, json, picture } = values;
  const empty = Object.entries(values).find(([, value]) => value === '');
  if (empty) throw new Error(`--${empty[0]} is empty; ${USAGE}`);
  if (broker !== undefined && !(URL.canParse(broker) && /^https?:/.test(broker) && isLocalEndpoint(broker))) {
    throw new Error(`--broker is "${broker}"; it takes the URL of a broker on this machine or next to it`);
  }
  if (from !== undefined && (quick || broker !== undefined || json !== undefined)) {
    throw new Error('--from draws an earlier run, so it goes with --out and --picture only');
  }
  return { quick, broker, from, out, json, picture };
}
