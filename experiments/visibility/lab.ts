/**
 * What a wrong visibility timeout does to a money transfer: a grid of work times, timeouts and receive limits, with three
 * consumers, as a table on the terminal and a report that explains itself.
 * `npm run lab -- --help` has the options.
 */
import { resolve } from 'node:path';
import { INTERRUPTED, run, stopSignal } from '../rig/cli/run';
import { asJson, say, writeFile } from '../rig/cli/terminal';
import { type Findings, readFindings } from './findings';
import { FULL, QUICK } from './grid';
import { type Options, readOptions } from './options';
import { page } from './page';
import { picture } from './picture';
import { runLab } from './run';
import { disappointments } from './tally';
import { summaryOf, Terminal } from './terminal';

async function find(options: Options, signal: AbortSignal): Promise<Findings> {
  if (options.from !== undefined) return readFindings(options.from);
  const grid = options.quick ? QUICK : FULL;
  const { broker } = options;
  say(`Broker: ${broker ?? 'embedded, in memory'}. Per consumer: runs, payments, dead letters, money moved.`);
  return runLab({ grid, broker, signal }, new Terminal());
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
  if (options.json !== undefined) writeFile(options.json, asJson(findings));
  if (options.picture !== undefined) writeFile(options.picture, picture(findings));
  writeFile(options.out, page(findings));
  say(`\nThe report: ${resolve(options.out)}`);
  return faults.length === 0 ? 0 : 1;
}

void run(main);
