import { type JobRecord } from '../../results/records';
import { auditOfJob } from './audit';
import { casesOf } from './cases';
import { describeCase, type Filter, matches } from './failed-job';
import { findLetters } from './find-letters';
import { type Happening, historyOf } from './history';
import { Look } from './look';
import { maskRecord } from './mask';
import { openLetter, type OpenLetter } from './open-letter';
import { type Depth, depthOf, type Workplace } from './workplace';

export interface Status {
  readonly queue: Depth & { readonly name: string; readonly fifo: boolean };
  readonly deadLetters: Depth & { readonly name: string };
}

export async function statusOf({ sqs, queue, deadLetters }: Workplace): Promise<Status> {
  const [waiting, dead] = await Promise.all([depthOf(sqs, queue), depthOf(sqs, deadLetters)]);
  return {
    queue: { name: queue.name, fifo: queue.fifo, ...waiting },
    deadLetters: { name: deadLetters.name, ...dead },
  };
}

export interface JobDetails {
  readonly record?: JobRecord;
  readonly letters: readonly OpenLetter[];
  /** Oldest first. */
  readonly history: readonly Happening[];
}

export interface ExportOptions {
  readonly filter: Filter;
  /** Fields whose values are taken out. */
  readonly masked: readonly string[];
  readonly signal: AbortSignal;
}

/**
 * Hands every letter that matches to `take` as it is found, so that none has to be kept. Resolves to how many letters were
 * hidden when it began, approximately.
 */
export async function exportLetters(
  place: Workplace,
  { filter, masked, signal }: ExportOptions,
  take: (letter: OpenLetter) => void,
): Promise<number> {
  return new Look(place.sqs, place.deadLetters.url).through(
    async (some) => {
      for (const one of await casesOf(place, some))
        if (matches(describeCase(one), one.letter.body, filter)) take(openLetter(one, masked));
    },
    { signal },
  );
}

/** Looks through the dead-letter queue up to the job's letter; one that is hidden now is not found. */
export async function showJob(place: Workplace, id: string, masked: readonly string[] = []): Promise<JobDetails> {
  const [record, changes] = await Promise.all([place.records.get(id), auditOfJob(place, id)]);
  const letters = await findLetters(place, { isSought: ({ jobId }) => jobId === id, count: 1 });
  const cases = await casesOf(place, letters);
  return {
    ...(record && { record: maskRecord(record, masked) }),
    letters: cases.map((one) => openLetter(one, masked)),
    history: historyOf(id, { record, letters, changes }),
  };
}
