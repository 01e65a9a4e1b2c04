import { randomUUID } from 'node:crypto';
import { Problem } from '../../service/problem';
import { sentenceOf } from '../jobs/workplace';
import { type Channel } from './channel';
import { type Meant, type TaskAction } from './confirmations';
import { type Failures } from './failures';
import { KINDS, type WorkEnd } from './task-kinds';
import { type Mutex } from './mutex';
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

interface Running {
  readonly id: string;
  readonly receives: boolean;
  readonly cancel: AbortController;
  readonly ended: Promise<void>;
}

/** Limits the list; the oldest are forgotten. */
const MAX_KEPT = 50;
/** Limits how often pages hear of a task's progress. */
const TELL_EVERY_MS = 200;

const count = (number: number): string => number.toLocaleString('en-US');

/** Long work of this process. It goes on whether a page is open or not. */
export class Tasks {
  private readonly tasks = new Map<string, Task>();
  private running: readonly Running[] = [];
  private toldAt = -Infinity;

  constructor(
    private readonly workroom: Workroom,
    private readonly mutex: Mutex,
    private readonly parts: { readonly failures: Failures; readonly channel: Channel },
  ) {}

  /** Newest first. */
  get list(): readonly Task[] {
    return [...this.tasks.values()].reverse();
  }

  /** Throws a problem if there is none. */
  get(id: string): Task {
    const task = this.tasks.get(id);
    if (!task) throw new Problem(404, 'There is no such task; they are forgotten when the console ends.');
    return task;
  }

  /** Throws a problem while a task goes through the dead-letter queue: another one would find letters hidden. */
  assertQueueFree(): void {
    if (this.running.some(({ receives }) => receives))
      throw new Problem(
        409,
        'A task is running. One at a time goes through the dead-letter queue: wait, or cancel it.',
      );
  }

  start(meant: Meant): Task {
    const { action, letters, rate } = meant;
    const { done, receives } = KINDS[action];
    if (receives) this.assertQueueFree();
    const task: Task = {
      id: randomUUID(),
      action,
      state: 'running',
      total: letters.length,
      done: 0,
      others: [],
      startedAt: new Date().toISOString(),
      ...(rate !== undefined && { rate }),
      sentence: `${count(0)} of ${count(letters.length)} ${done}`,
    };
    this.set(task);
    const cancel = new AbortController();
    const run = (): Promise<void> => this.run(task, meant, cancel.signal);
    const ended = receives ? this.mutex.runExclusive(run) : run();
    this.running = [...this.running, { id: task.id, receives, cancel, ended }];
    const [oldest = ''] = this.tasks.keys();
    if (this.tasks.size > MAX_KEPT) this.tasks.delete(oldest);
    return task;
  }

  /** What is under way is finished, and nothing more is begun. */
  cancel(id: string): Task {
    for (const one of this.running) if (one.id === id) one.cancel.abort();
    return this.get(id);
  }

  /** Cancels what runs and waits for its end. */
  async close(): Promise<void> {
    for (const { cancel } of this.running) cancel.abort();
    await Promise.all(this.running.map(({ ended }) => ended));
  }

  private async run(task: Task, meant: Meant, signal: AbortSignal): Promise<void> {
    const onProgress = (done: number): void => {
      this.progress({ ...task, done, sentence: `${count(done)} of ${count(task.total)} ${KINDS[task.action].done}` });
    };
    const { failures } = this.parts;
    const end = await this.workroom
      .place()
      .then((place) => KINDS[task.action].work({ place, meant, failures, signal, onProgress }))
      .catch((error: unknown): WorkEnd => ({ done: 0, others: [], ended: sentenceOf(error) }));
    this.running = this.running.filter(({ id }) => id !== task.id);
    this.set({ ...task, ...endOf(task, end, signal.aborted), endedAt: new Date().toISOString() });
  }

  private progress(task: Task): void {
    this.tasks.set(task.id, task);
    if (performance.now() - this.toldAt < TELL_EVERY_MS) return;
    this.toldAt = performance.now();
    this.parts.channel.publish('task', task);
  }

  private set(task: Task): void {
    this.tasks.set(task.id, task);
    this.parts.channel.publish('task', task);
  }
}

type TaskEnd = Pick<Task, 'done' | 'state' | 'others' | 'sentence'>;

function endOf({ total, action }: Task, end: WorkEnd, cancelled: boolean): TaskEnd {
  const { done, half = 0, others, ended, unnoted } = end;
  const left = total - done - others.reduce((sum, [number]) => sum + number, 0);
  const rest = cancelled || ended !== undefined ? 'not begun' : 'not found: hidden by another look, or gone';
  const parts = [...others, [left, rest] as const]
    .filter(([number]) => number > 0)
    .map(([number, text]) => `${count(number)} ${text}`);
  if (cancelled) parts.push('cancelled');
  else if (ended !== undefined) parts.push(`ended early: ${ended}`);
  const state = cancelled ? 'cancelled' : parts.length === 0 ? 'done' : done + half === 0 ? 'failed' : 'partly';
  const said = [`${count(done)} of ${count(total)} ${KINDS[action].done}`, ...parts];
  return { done, state, others: parts, sentence: [...said, ...(unnoted === undefined ? [] : [unnoted])].join(', ') };
}
