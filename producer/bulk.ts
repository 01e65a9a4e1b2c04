import { unavailable } from '../service/problem';
import { BulkAnswer } from './bulk-answer';
import { type BulkRequest, BulkRun } from './bulk-run';
import { DEADLINE_MS, type Intake } from './intake';
import { Places } from './places';
import { type ProblemFilter } from './problem.filter';
import { type Queue } from './queue';
import { type RequestCounts } from './request-counts';

/**
 * Limits the lines on their way of all requests: twice what the sender's calls hold, so that each call leaves full, and
 * few enough that jobs sent one by one get their turn.
 */
const MAX_LINES_UNDER_WAY = 160;
const RETRY_AFTER_SECONDS = 5;
const LATE = unavailable('The queue or the results store does not answer.', RETRY_AFTER_SECONDS);

interface BulkParts {
  readonly intake: Pick<Intake, 'takeWithoutDeadline'>;
  readonly queue: Pick<Queue, 'isFifo'>;
  readonly problems: Pick<ProblemFilter, 'problemOf'>;
  /** Called for each request whose answer was cut off. */
  readonly warn: (sentence: string) => void;
  readonly counts: Pick<RequestCounts, 'refuse'>;
}

/** Accepts requests in bulk, many lines at once, so that they share calls to the queue. */
export class Bulk {
  private readonly places = new Places(MAX_LINES_UNDER_WAY);

  constructor(private readonly parts: BulkParts) {}

  /** The answers of the lines, as they are decided, within the time limit of any request. */
  take(request: BulkRequest): AsyncIterable<string> {
    const answer = new BulkAnswer(request.lines.all.length, (status) => {
      this.parts.counts.refuse(status);
    });
    const timer = setTimeout(() => {
      answer.end(LATE);
    }, DEADLINE_MS);
    void this.run(request, answer).finally(() => {
      clearTimeout(timer);
      this.tellIfCut(request, answer);
    });
    return answer.inOrder();
  }

  private async run(request: BulkRequest, answer: BulkAnswer): Promise<void> {
    const { intake, queue, problems } = this.parts;
    try {
      const ordered = await queue.isFifo();
      await new BulkRun({ request, answer, intake, places: this.places, problems, ordered }).takeAll();
    } catch (error) {
      answer.end(problems.problemOf(error));
    }
    // If the request was cut off, the lines that were not begun get this too, though nobody reads it.
    answer.end(LATE);
  }

  private tellIfCut({ cut, lines, definition }: BulkRequest, answer: BulkAnswer): void {
    if (!cut.aborted) return;
    this.parts.warn(
      `A connection ended before all of its ${lines.all.length} lines were answered. ` +
        `Accepted jobs of type ${definition.type}: lines ${answer.acceptedLines()}.`,
    );
  }
}
