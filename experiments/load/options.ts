import { parseArgs } from 'node:util';
import { parseArguments } from '../rig/cli/arguments';
import { isLoopback, isProfileName, PROFILE_NAMES, type ProfileName } from './profiles';

export interface Options {
  readonly profile: ProfileName;
  /** Of a pair that runs; undefined: one of our own. */
  readonly url: string | undefined;
  /** Jobs a second at most; undefined: the profile's own. */
  readonly peak: number | undefined;
  readonly p99Ms: number | undefined;
  /** Gives up on jobs when none has ended for so long; longer than a lease, after which what was dropped comes again. */
  readonly patienceSeconds: number;
  readonly out: string;
  readonly json: string;
}

const USAGE = `npm run load -- ${PROFILE_NAMES.join('|')} [--url URL] [--peak JOBS/S] [--p99 MS] [--patience SECONDS] [--out FILE] [--json FILE]`;

/** Git-ignored. */
const FOLDER = '.data';

/** Throws one sentence for what it does not take. */
export function readOptions(args: readonly string[]): Options {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArguments(USAGE, () =>
    parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { url: text, peak: text, p99: text, patience: text, out: text, json: text },
    }),
  );
  const empty = Object.entries(values).find(([, value]) => value === '');
  if (empty) throw new Error(`--${empty[0]} is empty; ${USAGE}`);
  const [profile, more] = positionals;
  if (!isProfileName(profile) || more !== undefined) {
    throw new Error(`"${positionals.join(' ')}" is no profile; ${USAGE}`);
  }
  const { url, out = `${FOLDER}/load-${profile}.html`, json = `${FOLDER}/load-${profile}.json` } = values;
  if (url !== undefined && !isLoopback(url)) {
    throw new Error(`--url is "${url}"; load goes to this machine only, such as http://127.0.0.1:3000`);
  }
  return {
    profile,
    url: url?.replace(/\/$/, ''),
    peak: whole('peak', values.peak, 10_000),
    p99Ms: whole('p99', values.p99, 60_000),
    patienceSeconds: whole('patience', values.patience, 3_600) ?? 45,
    out,
    json,
  };
}

function whole(name: string, text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new Error(`--${name} is "${text}"; it takes a whole number from 1 to ${most}`);
}
