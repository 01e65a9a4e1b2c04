import { CommanderError } from 'commander';

/** Exit code of a run that a signal ended. */
export const INTERRUPTED = 130;

/** One Ctrl-C comes twice under npm: from the terminal, and passed on by npm. */
const SAME_KEYPRESS_MS = 500;

/** Aborted by the first signal, of which `onStop` is told; a later one ends this process at once, and the children with it. */
export function stopSignal(onStop: () => void = () => undefined): AbortSignal {
  const stopping = new AbortController();
  let firstAt: number | undefined;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (firstAt !== undefined && Date.now() - firstAt > SAME_KEYPRESS_MS) process.exit(INTERRUPTED);
      if (firstAt === undefined) onStop();
      firstAt ??= Date.now();
      stopping.abort();
    });
  }
  return stopping.signal;
}

/** Runs an experiment, which answers with its exit code. What went wrong is one sentence on stderr, and the exit code 1. */
export async function run(main: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await main();
  } catch (error) {
    // `--help` was answered by then.
    if (error instanceof CommanderError && error.exitCode === 0) return;
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
