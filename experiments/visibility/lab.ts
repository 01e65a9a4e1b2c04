/**
 * What a wrong visibility timeout does to a money transfer: a grid of work times, timeouts and receive limits, with three
 * consumers, as a table on the terminal and a report that explains itself.
 *
 *   npm run lab -- [--quick] [--broker URL] [--out FILE] [--json FILE] [--picture FILE] [--from FILE]
 *
 * `--picture` writes the report in one SVG, `--from` draws what an earlier run left with `--json`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { INTERRUPTED, stopSignal } from '../rig/cli/stop-signal';
import { type Findings, readFindings } from './findings';
import { FULL, QUICK } from './grid';
import { type Options, readOptions } from './options';
import { page } from './page';
import { picture } from './picture';
import { runLab } from './run';
import { disappointments } from './tally';
import { summaryOf, Terminal } from './terminal';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

function write(path: string, text: string): void {
  mkdirSync(dirname(resolve(path)), { recursive: true });
  writeFileSync(path, text);
}

async function find(options: Options, signal: AbortSignal): Promise<Findings> {
  if (options.from !== undefined) return readFindings(options.from);
  const grid = options.quick ? QUICK : FULL;
  const { broker } = options;
  say(`Broker: ${broker ?? 'embedded, in memory'}. Per consumer: runs, payments, dead letters, money moved.`);
  return runLab({ grid, broker, signal }, new Terminal(process.stdout.isTTY));
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  const signal = stopSignal();
  let findings: Findings;
  try {
    findings = await find(options, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    say('\nStopped before the end; nothing was written.');
    return INTERRUPTED;
  }
  say('');
  for (const line of summaryOf(findings.tallies)) say(line);
  const faults = disappointments(findings.tallies);
  for (const fault of faults) say(`NOT AS EXPECTED: ${fault}`);
  if (options.json !== undefined) write(options.json, `${JSON.stringify(findings, undefined, 2)}\n`);
  if (options.picture !== undefined) write(options.picture, picture(findings));
  write(options.out, page(findings));
  say(`\nThe report: ${resolve(options.out)}`);
  return faults.length === 0 ? 0 : 1;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
