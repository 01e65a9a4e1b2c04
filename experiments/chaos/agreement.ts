import { type History } from './history';

/** Where records, ledger and dead letters contradict each other, a sentence each. */
export function disagreements(history: History): string[] {
  return [...recordsAgainstLedger(history), ...ledgerAgainstRecords(history), ...recordsAgainstLetters(history)];
}

function recordsAgainstLedger({ records, ledger }: History): string[] {
  const lines = new Map(ledger.map((line) => [line.job, line]));
  return records
    .filter(({ state }) => state === 'done')
    .flatMap(({ id, input, result }) => {
      const line = lines.get(id);
      if (line === undefined) return [`${id} is done without an effect`];
      if (line.input !== input || result !== input + 1)
        return [`${id} is recorded as ${String(input)} to ${String(result)}, its effect is of ${line.input}`];
      return [];
    });
}

function ledgerAgainstRecords({ records, ledger }: History): string[] {
  const done = new Set(records.filter(({ state }) => state === 'done').map(({ id }) => id));
  return ledger.filter(({ job }) => !done.has(job)).map(({ job }) => `${job} has an effect and is not done`);
}

/** A dead letter may be there twice, and of a job that another delivery has done since. */
function recordsAgainstLetters({ records, deadLetters, publishes }: History): string[] {
  const dead = new Set(deadLetters.map(({ job }) => job));
  const unsure = new Set(publishes.filter(({ knowledge }) => knowledge !== 'ok').map(({ input }) => input));
  const states = new Map(records.map(({ id, state }) => [id, state]));
  return [
    ...records.flatMap(({ id, state, input }) => {
      if (state === 'failed' && !dead.has(id)) return [`${id} has failed and is no dead letter`];
      if (state === 'failing' || state === 'accepted') return [`${id} is left ${state}`];
      // Claimed by a producer that could not tell anyone whether it was sent.
      if (state === 'claimed' && !unsure.has(Number(input))) return [`${id} is left claimed`];
      return [];
    }),
    ...deadLetters
      .filter(({ job }) => job !== undefined && states.get(job) !== 'failed' && states.get(job) !== 'done')
      .map(({ job, reason }) => `${String(job)} is a dead letter (${String(reason)}) and its record does not say so`),
  ];
}
