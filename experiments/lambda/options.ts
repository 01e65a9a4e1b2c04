import { parseArgs } from 'node:util';
import { isLocalEndpoint } from '../../contract/local';

export interface Options {
  readonly rounds: number;
  /** Warm invocations of each function in each round. */
  readonly calls: number;
  /** Undefined: an embedded one of its own, in memory. */
  readonly broker: string | undefined;
  readonly json: string | undefined;
}

const USAGE = 'npm run lambda -- [--rounds N] [--calls N] [--broker URL] [--json FILE]';

/** Throws one sentence for what it does not take. */
export function readOptions(args: readonly string[]): Options {
  const { rounds, calls, broker, json } = parse(args);
  if (broker !== undefined && !(URL.canParse(broker) && isLocalEndpoint(broker))) {
    throw new Error(`--broker is "${broker}"; it takes the URL of a broker on this machine or next to it; ${USAGE}`);
  }
  if (json === '') throw new Error(`--json is empty; ${USAGE}`);
  return { rounds: whole('rounds', rounds, 11), calls: whole('calls', calls, 200), broker, json };
}

function whole(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 10_000) return value;
  throw new Error(`--${name} is "${text}"; it takes a whole number from 1 to 10000; ${USAGE}`);
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({ args: [...args], options: { rounds: text, calls: text, broker: text, json: text } }).values;
  } catch (error) {
    const sentence = String(error).replace(/^\w+(?: \[\w+\])?: /, '');
    throw new Error(`${sentence.split(/[.\n]/)[0] ?? ''}; ${USAGE}`, { cause: error });
  }
}
