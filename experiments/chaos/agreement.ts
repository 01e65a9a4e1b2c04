import { isDeepStrictEqual } from 'node:util';
import { type History } from './history';
import { DEFINITIONS, jobOf } from './jobs';

/** Where records, ledger and dead letters contradict each other, a sentence each. */
export function disagreements(history: History): string[] {
  return [
    ...recordsAgainstLedger(history),
    ...ledgerAgainstRecords(history),
    ...recordsAgainstLetters(history),
    ...recordsAgainstPolicies(history),
  ];
}

function recordsAgainstLedger({ records, ledger }: History): string[] {
  const lines = new Map(ledger.map((line) => [line.job, line]));
  return records
    .filter(({ state }) => state === 'done')
    .flatMap(({ id, type, input, result }) => {
      const line = lines.get(id);
      if (line === undefined) return [`${id} is done without an effect`];
      const job = jobOf(line.number, line.type);
      if (isDeepStrictEqual({ type, input, result }, { ...job, result: job.input })) return [];
      return [
        `${id} is recorded as ${JSON.stringify({ type, input, result })}, its effect is of ${JSON.stringify(job)}`,
      ];
    });
}

function ledgerAgainstRecords({ records, ledger }: History): string[] {
  const done = new Set(records.filter(({ state }) => state === 'done').map(({ id }) => id));
  return ledger.filter(({ job }) => !done.has(job)).map(({ job }) => `${job} has an effect and is not done`);
}

/** A job is tried as often as its type says, once more where its last two runs overlapped: a lease had lapsed. */
function recordsAgainstPolicies({ records }: History): string[] {
  const allowed = new Map(DEFINITIONS.map(({ type, policy }) => [type, policy.maxAttempts]));
  const more = (type = '', attempts = 0): number => attempts - (allowed.get(type) ?? NaN);
  return records
    .filter(({ reason }) => reason === 'attempts')
    .filter(({ type, attempts }) => ![0, 1].includes(more(type, attempts)))
    .map(({ id, type, attempts }) => `${id} (${String(type)}) failed after ${attempts} attempts`);
}

/** A dead letter may be there twice, and of a job that another delivery has done since. */
function recordsAgainstLetters({ records, deadLetters, publishes }: History): string[] {
  const dead = new Set(deadLetters.map(({ job }) => job));
  const taken = new Set(publishes.filter(({ knowledge }) => knowledge === 'ok').map(({ job }) => job));
  const states = new Map(records.map(({ id, state }) => [id, state]));
  return [
    ...records.flatMap(({ id, state }) => {
      if (state === 'failed' && !dead.has(id)) return [`${id} has failed and is no dead letter`];
      if (state === 'failing' || state === 'accepted') return [`${id} is left ${state}`];
      // Otherwise claimed by a producer that could not tell anyone whether it was sent.
      if (state === 'claimed' && taken.has(id)) return [`${id} is left claimed`];
      return [];
    }),
    ...deadLetters
      .filter(({ job }) => job !== undefined && states.get(job) !== 'failed' && states.get(job) !== 'done')
      .map(({ job, reason }) => `${String(job)} is a dead letter (${String(reason)}) and its record does not say so`),
  ];
}
