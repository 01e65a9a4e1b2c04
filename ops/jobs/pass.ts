import { setTimeout as wait } from 'node:timers/promises';
import { describeLetter, type Filter, matches } from './failed-job';
import { recordsOf } from './failures';
import { type Letter } from './letter';
import { BATCH, Look } from './look';
import { type Case } from './again';
import { sentenceOf, type Workplace } from './workplace';

export interface PassOptions {
  readonly filter: Filter;
  /** MessageIds of the letters that were confirmed; undefined for all that match. */
  readonly confirmed?: ReadonlySet<string> | undefined;
  readonly signal: AbortSignal;
  /** Letters a second, at most. */
  readonly rate?: number | undefined;
  readonly onProgress?: (done: number) => void;
  /** Letters that SQS has deleted just now. */
  readonly onDeleted?: (letters: readonly Letter[]) => void;
}

/** How a pass ended, beside what it did. */
export interface PassEnd {
  /** Jobs that were named, and of which no letter was found. */
  readonly missing: readonly string[];
  /** What ended it before its end: Ctrl-C, or a queue or store that did not answer. */
  readonly ended?: string;
}

/** One way through the dead-letter queue on which something is done to the letters that match, up to ten at a time. */
export class Pass {
  private readonly look: Look;
  private readonly found = new Set<string>();
  private confirmedSeen = 0;
  /** Aborted once every confirmed letter was met: the rest of the queue need not be looked through. */
  private readonly enough = new AbortController();
  private nextAt = 0;

  constructor(
    private readonly place: Workplace,
    private readonly options: PassOptions,
  ) {
    this.look = new Look(place.sqs, place.deadLetters.url);
  }

  async through(act: (cases: readonly Case[]) => Promise<void>): Promise<PassEnd> {
    const { rate, signal, filter } = this.options;
    // With a rate one line in small steps, so that no letter waits here for long.
    const pace = rate === undefined ? {} : { width: 1, batch: Math.min(BATCH, rate) };
    const ended = await this.look
      .through((letters) => this.visit(letters, act), {
        signal: AbortSignal.any([signal, this.enough.signal]),
        ...pace,
      })
      .then(() => (signal.aborted ? 'it was cancelled' : undefined), sentenceOf);
    const missing = (filter.ids ?? []).filter((id) => !this.found.has(id));
    return { missing, ...(ended !== undefined && { ended }) };
  }

  /** Resolves to the number that SQS deleted. */
  async delete(cases: readonly Case[]): Promise<number> {
    const letters = cases.map(({ letter }) => letter);
    const left = new Set(await this.look.delete(letters));
    this.options.onDeleted?.(letters.filter((letter) => !left.has(letter)));
    return letters.length - left.size;
  }

  private async visit(letters: readonly Letter[], act: (cases: readonly Case[]) => Promise<void>): Promise<void> {
    const records = await recordsOf(this.place.records, letters);
    const cases = letters
      .map((letter) => ({ letter, record: records.get(letter.jobId) }))
      .filter((one) => this.isWanted(one));
    if (cases.length === 0) return;
    await this.pace(cases.length);
    if (!this.options.signal.aborted) await act(cases);
  }

  private isWanted({ letter, record }: Case): boolean {
    const { filter, confirmed } = this.options;
    this.found.add(letter.jobId);
    if (confirmed && !confirmed.has(letter.messageId)) return false;
    this.confirmedSeen += 1;
    if (this.confirmedSeen === confirmed?.size) this.enough.abort();
    return matches(describeLetter(letter, record), letter.body, filter);
  }

  private async pace(count: number): Promise<void> {
    const { rate, signal } = this.options;
    if (rate === undefined) return;
    const now = performance.now();
    const at = Math.max(now, this.nextAt);
    this.nextAt = at + (count / rate) * 1_000;
    await wait(at - now, undefined, { signal }).catch(() => undefined);
  }
}
