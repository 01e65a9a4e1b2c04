import { type Problem } from '../service/problem';
import { type AcceptedJob } from './answers';

/** How long a write waits for more lines to be decided, since it costs as much as ten lines do. */
const GATHER_MS = 20;

/** The answers to the lines of a bulk request, in the order of the lines, whenever each is decided. */
export class BulkAnswer {
  private readonly texts: (string | undefined)[];
  private readonly accepted: boolean[];
  private undecided: number;
  private whenComplete: (() => void) | undefined;

  constructor(
    count: number,
    /** Notified of the status of each line that is refused. */
    private readonly refused: (status: number) => void,
  ) {
    this.texts = Array.from({ length: count }, () => undefined);
    this.accepted = Array.from({ length: count }, () => false);
    this.undecided = count;
  }

  /** Every line is decided. */
  get complete(): boolean {
    return this.undecided === 0;
  }

  accept(at: number, id: string): void {
    this.accepted[at] = true;
    const answer: AcceptedJob = { id, status: 'accepted' };
    this.decide(at, answer);
  }

  refuse(at: number, problem: Problem): void {
    if (this.decide(at, { ...problem.toJSON(), line: at + 1 })) this.refused(problem.status);
  }

  /** Refuses every line that is not decided yet. */
  end(problem: Problem): void {
    for (let at = 0; !this.complete && at < this.texts.length; at += 1) this.refuse(at, problem);
  }

  /** Yields the answers in the order of the lines, and ends after the last. */
  async *inOrder(): AsyncGenerator<string> {
    for (let next = 0; next < this.texts.length;) {
      if (!this.complete) await this.completeWithin(GATHER_MS);
      let text = '';
      for (let line = this.texts[next]; line !== undefined; line = this.texts[next]) {
        text += line;
        next += 1;
      }
      if (text !== '') yield text;
    }
  }

  /** The numbers of all accepted lines, as in `1-7, 9`, including those that were accepted too late for the answer. */
  acceptedLines(): string {
    const ranges: string[] = [];
    for (let at = 0; at < this.accepted.length; at += 1) {
      if (this.accepted[at] !== true) continue;
      const first = at;
      while (this.accepted[at + 1] === true) at += 1;
      ranges.push(first === at ? String(first + 1) : `${first + 1}-${at + 1}`);
    }
    return ranges.length === 0 ? 'none' : ranges.join(', ');
  }

  /** The first decision counts: what was answered stays. */
  private decide(at: number, answer: object): boolean {
    if (this.texts[at] !== undefined) return false;
    this.texts[at] = `${JSON.stringify(answer)}\n`;
    this.undecided -= 1;
    if (this.complete) this.whenComplete?.();
    return true;
  }

  /** Resolves once every line is decided, and after `ms` at the latest. */
  private completeWithin(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.whenComplete = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
