import { setTimeout as wait } from 'node:timers/promises';
import { casesOf } from './cases';
import { type Case, describeCase, type Filter, matches } from './failed-job';
import { type Letter } from './letter';
import { BATCH, Look } from './look';
import { CANCELLED, sentenceOf, type Workplace } from './workplace';

export interface PassOptions {
  readonly filter: Filter;
  /** MessageIds of the letters that were confirmed; undefined for all that match. */
  readonly confirmed?: ReadonlySet<string> | undefined;
  readonly signal: AbortSignal;
  /** Limits the letters a second. */
  readonly rate?: number | undefined;
  readonly onProgress?: (done: number) => void;
  /** Letters that SQS has deleted just now. */
  readonly onDeleted?: (letters: readonly Letter[]) => void;
}

/** How a pass ended, beside what it did. */
export interface PassEnd {
  /** Jobs that were named, and of which no letter that matches was found. */
  readonly missing: readonly string[];
  /** What ended it before its end: Ctrl-C, or a queue or store that did not answer. */
  readonly ended?: string;
  /** Confirmed letters that it did not meet: hidden by another look, or gone by then; absent for none. */
  readonly unmet?: number;
  /** Letters that match but are held, and whose jobs were not named; absent for none. */
  readonly held?: number;
  /** Letters that were hidden when it began, so that it may have missed them; approximate, and absent for none. */
  readonly hidden?: number;
}

/** One pass through the dead-letter queue, which acts on matching letters, up to ten at a time. */
export class Pass {
  private readonly look: Look;
  private readonly found = new Set<string>();
  private heldBack = 0;
  /** Confirmed letters, each once though SQS may hand it out again. */
  private readonly met = new Set<string>();
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
    const { rate, signal, filter, confirmed } = this.options;
    let hidden = 0;
    const ended = await this.look
      .through((letters) => this.visit(letters, act), {
        signal: AbortSignal.any([signal, this.enough.signal]),
        // With a rate one line, so that no letter waits here for more than ten others.
        ...(rate !== undefined && { width: 1 }),
      })
      .then((before) => {
        hidden = before;
        return signal.aborted ? CANCELLED : undefined;
      }, sentenceOf);
    const missing = (filter.ids ?? []).filter((id) => !this.found.has(id));
    const unmet = ended !== undefined || confirmed === undefined ? 0 : confirmed.size - this.met.size;
    return {
      missing,
      ...(ended !== undefined && { ended }),
      ...(unmet > 0 && { unmet }),
      ...(this.heldBack > 0 && { held: this.heldBack }),
      ...(hidden > 0 && { hidden }),
    };
  }

  /** Resolves to those that SQS deleted; none of them is held any more. */
  async delete(cases: readonly Case[]): Promise<readonly Case[]> {
    const left = new Set(await this.look.delete(cases.map(({ letter }) => letter)));
    const gone = cases.filter(({ letter }) => !left.has(letter));
    this.options.onDeleted?.(gone.map(({ letter }) => letter));
    const held = gone.flatMap(({ letter, held }) => (held ? letter.jobId : []));
    // A note that cannot be taken back now is shown with the job should it fail again.
    await Promise.allSettled(held.map((id) => this.place.records.notes.remove('hold', id)));
    return gone;
  }

  private async visit(letters: readonly Letter[], act: (cases: readonly Case[]) => Promise<void>): Promise<void> {
    const cases = await casesOf(
      this.place,
      letters.filter((letter) => this.isMeant(letter)),
    );
    const matching = cases.filter((one) => matches(describeCase(one), one.letter.body, this.options.filter));
    for (const { letter } of matching) this.found.add(letter.jobId);
    await this.actOn(this.withoutHeld(matching), act);
  }

  private async actOn(cases: readonly Case[], act: (cases: readonly Case[]) => Promise<void>): Promise<void> {
    const { rate = BATCH, signal } = this.options;
    const size = Math.min(BATCH, rate);
    for (let from = 0; from < cases.length; from += size) {
      const some = cases.slice(from, from + size);
      await this.pace(some.length);
      if (signal.aborted) return;
      await act(some);
    }
  }

  /** Leaves out held letters, unless their jobs are named. */
  private withoutHeld(cases: readonly Case[]): readonly Case[] {
    if (this.options.filter.ids !== undefined) return cases;
    const free = cases.filter(({ held }) => held === undefined);
    this.heldBack += cases.length - free.length;
    return free;
  }

  /** As far as the letter itself tells; of others nothing is read. */
  private isMeant({ messageId, jobId }: Letter): boolean {
    const { filter, confirmed } = this.options;
    if (confirmed && !confirmed.has(messageId)) return false;
    this.met.add(messageId);
    if (this.met.size === confirmed?.size) this.enough.abort();
    return filter.ids?.includes(jobId) ?? true;
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
