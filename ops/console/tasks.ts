import { randomUUID } from 'node:crypto';
import { Problem } from '../../service/problem';
import { deleteLetters } from '../jobs/delete';
import { type PassEnd, type PassOptions } from '../jobs/pass';
import { retryLetters } from '../jobs/retry';
import { sentenceOf, type Workplace } from '../jobs/workplace';
import { type Channel } from './channel';
import { type Meant, type TaskAction } from './confirmations';
import { type Failures } from './failures';
import { type Turns } from './turns';
import { type Workroom } from './workroom';

/** `partly`: some of it was not done, and `others` says what. */
type TaskState = 'running' | 'done' | 'partly' | 'failed' | 'cancelled';

/** Work on many letters, as pages see it. */
export interface Task {
  readonly id: string;
  readonly action: TaskAction;
  readonly state: TaskState;
  readonly total: number;
  readonly done: number;
  /** What became of those that are not done, each as a part of a sentence. */
  readonly others: readonly string[];
  /** ISO 8601. */
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly rate?: number;
  readonly sentence: string;
}

/** What a kind of work did. */
interface Outcome {
  readonly done: number;
  readonly others: readonly (readonly [count: number, text: string])[];
  readonly end: PassEnd;
}

const UNDELETED = 'still in the dead-letter queue';

async function retried(place: Workplace, options: PassOptions): Promise<Outcome> {
  const { retried: done, failedAgain, refused, undeleted, ...end } = await retryLetters(place, options);
  const others = [
    [failedAgain, 'failed again'],
    [refused.length, `refused (${refused[0]?.why ?? ''})`],
    [undeleted, `sent, but ${UNDELETED}`],
  ] as const;
  return { done, others, end };
}

async function deleted(place: Workplace, options: PassOptions): Promise<Outcome> {
  const { deleted: done, undeleted, ...end } = await deleteLetters(place, options);
  return { done, others: [[undeleted, UNDELETED]], end };
}

const KINDS = {
  retry: { verb: 'sent again', work: retried },
  delete: { verb: 'deleted', work: deleted },
  purge: { verb: 'deleted', work: deleted },
} as const;

/** Limits the list; the oldest are forgotten. */
const MAX_KEPT = 50;
/** Limits how often pages hear of a task's progress. */
const TELL_EVERY_MS = 200;

const count = (number: number): string => number.toLocaleString('en-US');

/** Long work of this process, one at a time. It goes on whether a page is open or not. */
export class Tasks {
  private readonly tasks = new Map<string, Task>();
  private running: { readonly id: string; readonly cancel: AbortController; readonly ended: Promise<void> } | undefined;
  private toldAt = -Infinity;

  constructor(
    private readonly workroom: Workroom,
    private readonly turns: Turns,
    private readonly parts: { readonly failures: Failures; readonly channel: Channel },
  ) {}

  /** Newest first. */
  get list(): readonly Task[] {
    return [...this.tasks.values()].reverse();
  }

  /** Throws a problem if there is none. */
  get(id: string): Task {
    const task = this.tasks.get(id);
    if (!task) throw new Problem(404, 'There is no such task; the console forgets them when it ends.');
    return task;
  }

  /** Throws a problem while another one runs: each would hide letters from the other. */
  start({ action, entries, rate }: Meant): Task {
    if (this.running !== undefined)
      throw new Problem(
        409,
        'A task is running. One at a time goes through the dead-letter queue: wait, or cancel it.',
      );
    const confirmed = new Set(entries.flatMap(({ letter }) => letter?.messageId ?? []));
    const task: Task = {
      id: randomUUID(),
      action,
      state: 'running',
      total: confirmed.size,
      done: 0,
      others: [],
      startedAt: new Date().toISOString(),
      ...(rate !== undefined && { rate }),
      sentence: `${count(0)} of ${count(confirmed.size)} ${KINDS[action].verb}`,
    };
    const cancel = new AbortController();
    this.set(task);
    const ended = this.turns.take(() => this.run(task, { confirmed, rate, filter: {}, signal: cancel.signal }));
    this.running = { id: task.id, cancel, ended };
    this.forget();
    return task;
  }

  /** What is under way is finished, and nothing more is begun. */
  cancel(id: string): Task {
    const task = this.get(id);
    if (this.running?.id === id) this.running.cancel.abort();
    return task;
  }

  /** Cancels what runs and waits for its end. */
  async close(): Promise<void> {
    this.running?.cancel.abort();
    await this.running?.ended;
  }

  private async run(task: Task, options: PassOptions): Promise<void> {
    const onProgress = (done: number): void => {
      this.progress(task.id, done);
    };
    const onDeleted: PassOptions['onDeleted'] = (letters) => {
      this.parts.failures.remove(letters);
    };
    const ended = await this.workroom
      .place()
      .then((place) => KINDS[task.action].work(place, { ...options, onProgress, onDeleted }))
      .catch((error: unknown): Outcome => ({ done: 0, others: [], end: { missing: [], ended: sentenceOf(error) } }));
    this.running = undefined;
    this.end(task, ended, options.signal.aborted);
  }

  private progress(id: string, done: number): void {
    const task = this.get(id);
    const { verb } = KINDS[task.action];
    this.tasks.set(id, { ...task, done, sentence: `${count(done)} of ${count(task.total)} ${verb}` });
    if (performance.now() - this.toldAt < TELL_EVERY_MS) return;
    this.toldAt = performance.now();
    this.parts.channel.publish('task', this.get(id));
  }

  private end(task: Task, { done, others, end }: Outcome, cancelled: boolean): void {
    const left = task.total - done - others.reduce((sum, [number]) => sum + number, 0);
    const notFound = cancelled ? 'not begun' : 'not found: something else holds them, or they are gone';
    const parts = [...others, [end.ended !== undefined && !cancelled ? 0 : left, notFound] as const]
      .filter(([number]) => number > 0)
      .map(([number, text]) => `${count(number)} ${text}`);
    if (end.ended !== undefined) parts.push(cancelled ? 'cancelled' : `ended early: ${end.ended}`);
    const state = cancelled ? 'cancelled' : parts.length === 0 ? 'done' : done === 0 ? 'failed' : 'partly';
    const sentence = [`${count(done)} of ${count(task.total)} ${KINDS[task.action].verb}`, ...parts].join(', ');
    this.set({ ...task, done, state, others: parts, sentence, endedAt: new Date().toISOString() });
  }

  private set(task: Task): void {
    this.tasks.set(task.id, task);
    this.parts.channel.publish('task', task);
  }

  private forget(): void {
    const [oldest = ''] = this.tasks.keys();
    if (this.tasks.size > MAX_KEPT) this.tasks.delete(oldest);
  }
}
