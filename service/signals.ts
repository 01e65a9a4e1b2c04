/**
 * Imported by `main.ts` before anything else, so that a signal is answered from the first instruction on. Process 1, as
 * in a container, needs that: the kernel passes it no signal that it has no handler for.
 */
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** While the program loads nothing has begun, so it ends at once. */
let answer: (signal: string) => void = () => process.exit(0);

for (const signal of SIGNALS) {
  process.on(signal, () => {
    answer(signal);
  });
}

/** From now on `by` answers signals, also one that came while the program was loading. */
export const answerSignals = (by: (signal: string) => void): void => {
  answer = by;
};
