import { type JobType } from '../contract/job-type';
import { Problem, tooManyRequests, unavailable } from '../service/problem';
import { type BulkAnswer } from './bulk-answer';
import { type Intake } from './intake';
import { parseJsonBody } from './json-body';
import { type JobLine, type RequestReader } from './job-request';
import { type Lines } from './lines';
import { type Places } from './places';
import { type ProblemFilter } from './problem.filter';
import { tooLarge } from '../service/too-large';

/** Limits the lines of a request that have a key, since each costs the store three writes. */
export const MAX_KEYED_LINES = 200;

const RETRY_AFTER_SECONDS = 5;
const BEHIND = unavailable('A line before this one of the same group was not taken.', RETRY_AFTER_SECONDS);
const TOO_MANY_KEYS = new Problem(
  400,
  `More than ${MAX_KEYED_LINES} lines of this request have an idempotencyKey; send this one and those behind it in another.`,
);

export interface BulkRequest {
  readonly definition: JobType;
  readonly reader: RequestReader;
  readonly lines: Lines;
  readonly caller: string;
  /** Counts one more line towards the caller's rate. */
  readonly allows: () => boolean;
  /** Aborted when the connection ended before the whole answer was sent. */
  readonly cut: AbortSignal;
}

interface RunParts {
  readonly request: BulkRequest;
  readonly answer: BulkAnswer;
  readonly intake: Pick<Intake, 'takeWithoutDeadline'>;
  readonly places: Places;
  readonly problems: Pick<ProblemFilter, 'problemOf'>;
  /** The queue is FIFO: lines of a group are sent one behind the other. */
  readonly ordered: boolean;
}

/** Takes in the lines of one request, each as if it had come alone, up to the first that is over a limit. */
export class BulkRun {
  private keys = 0;
  /** The answer of the first line over a limit. All lines after it get the same, so that the rest can be sent again. */
  private stopped: Problem | undefined;
  /** Resolves when the last line that asked for a place has it. */
  private entered = Promise.resolve();
  private readonly taking: Promise<unknown>[] = [];
  /** For each group on a FIFO queue: whether its last line was accepted, or will never be. */
  private readonly groups = new Map<string, Promise<boolean>>();

  constructor(private readonly parts: RunParts) {}

  /** Resolves when every line that was begun has ended. None is begun once the answer is complete or cut. */
  async takeAll(): Promise<void> {
    for (const [at, bytes] of this.parts.request.lines.all.entries()) {
      if (this.over) break;
      const line = this.lineAt(at, bytes);
      if (line !== undefined) await this.begin(at, line);
    }
    await Promise.all(this.taking);
  }

  private get over(): boolean {
    const { answer, request } = this.parts;
    return answer.complete || request.cut.aborted;
  }

  /** Undefined for a line that is refused. */
  private lineAt(at: number, bytes: Buffer): JobLine | undefined {
    const { definition, reader, allows } = this.parts.request;
    const { sizeLimitBytes } = definition.policy;
    try {
      if (this.stopped !== undefined) throw this.stopped;
      // The first line was counted as the request.
      if (at > 0 && !allows()) this.stop(tooManyRequests());
      if (bytes.length > sizeLimitBytes) throw tooLarge(sizeLimitBytes);
      const line = reader.line(parseJsonBody(bytes, 'line'));
      if (line.idempotencyKey !== undefined) this.keys += 1;
      if (this.keys > MAX_KEYED_LINES) this.stop(TOO_MANY_KEYS);
      return line;
    } catch (error) {
      this.refuse(at, error);
      return undefined;
    }
  }

  private async begin(at: number, line: JobLine): Promise<void> {
    const group = this.parts.ordered ? line.group : undefined;
    const before = group === undefined ? undefined : this.groups.get(group);
    if (before === undefined) await this.enter();
    const taken = before === undefined ? this.take(at, line) : this.takeBehind(before, at, line);
    this.taking.push(taken);
    if (group !== undefined) this.groups.set(group, taken);
  }

  /** Waits for its group before it takes a place, since the lines before it need places too. */
  private async takeBehind(before: Promise<boolean>, at: number, line: JobLine): Promise<boolean> {
    if (!(await before)) {
      this.refuse(at, BEHIND);
      return false;
    }
    await this.enter();
    return this.take(at, line);
  }

  /** Lets one line of a request ask for a place at a time, so that lines of other requests get places in between. */
  private enter(): Promise<void> {
    this.entered = this.entered.then(() => this.parts.places.enter());
    return this.entered;
  }

  /**
   * Takes in a line, and leaves its place in the end. Resolves to false if the line may succeed when it is sent again:
   * the lines behind it in its group must not be taken before it.
   */
  private async take(at: number, { input, group, delaySeconds, idempotencyKey }: JobLine): Promise<boolean> {
    const { request, intake, answer } = this.parts;
    const { definition, caller } = request;
    try {
      if (this.over) return false;
      const id = await intake.takeWithoutDeadline({ definition, input, group, delaySeconds, caller, idempotencyKey });
      answer.accept(at, id);
      return true;
    } catch (error) {
      return this.refuse(at, error).status < 500;
    } finally {
      this.parts.places.leave();
    }
  }

  private stop(problem: Problem): never {
    this.stopped = problem;
    throw problem;
  }

  private refuse(at: number, error: unknown): Problem {
    const problem = this.parts.problems.problemOf(error);
    this.parts.answer.refuse(at, problem);
    return problem;
  }
}
