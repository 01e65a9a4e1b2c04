import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { childEnvironment } from '../../ops/child-environment';
import { readHandover, readSummary, type Handover, type Summary } from './k6-output';

export interface K6Run {
  readonly k6: string;
  readonly env: Readonly<Record<string, string>>;
  /** For what it leaves. */
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Told what k6 says about how far it is. */
  readonly progress: (line: string) => void;
}

/** k6 reads the source; this file runs from dist/. */
const SCRIPT = join(__dirname, '..', '..', '..', 'experiments', 'load', 'k6', 'produce.ts');

/** k6's exit codes: a threshold did not hold; any other but 0 is a failure of k6 itself. */
const THRESHOLDS_FAILED = 99;

/** Runs k6 to its end, or to a graceful one when the signal is aborted. It ends at its next word if this process is gone. */
export async function runK6({ k6, env, folder, signal, progress }: K6Run): Promise<Summary & Handover> {
  const [ids, summary] = [join(folder, 'accepted.txt'), join(folder, 'k6-summary.json')];
  const flags = ['--no-usage-report', '--no-color', '--log-format', 'raw', '--console-output', ids];
  // Its own process group: Ctrl-C on a terminal reaches us, and we pass it on once.
  const child = spawn(k6, ['run', ...flags, SCRIPT], {
    env: childEnvironment({ ...env, SUMMARY: summary }),
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const interrupt = (): void => void child.kill('SIGINT');
  signal.addEventListener('abort', interrupt);
  try {
    createInterface({ input: child.stdout }).on('line', progress);
    if (signal.aborted) interrupt();
    await once(child, 'close');
  } finally {
    signal.removeEventListener('abort', interrupt);
  }
  signal.throwIfAborted();
  if (child.exitCode !== 0 && child.exitCode !== THRESHOLDS_FAILED) {
    throw new Error(`k6 ended with exit code ${String(child.exitCode ?? child.signalCode)}.`);
  }
  const [handedOver, summaryText] = await Promise.all([
    readFile(ids, 'utf8').catch(() => ''),
    readFile(summary, 'utf8'),
  ]);
  return { ...readHandover(handedOver), ...readSummary(summaryText) };
}
