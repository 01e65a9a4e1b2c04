import { readEnvironment } from '../../contract/environment';
import { type Console, startConsole } from '../../ops/console/door';
import { type ConsoleOptions } from '../../ops/console/entrance';
import { type Task } from '../../ops/console/tasks';
import { eventually } from './eventually';
import { JobsCommands } from './jobs-commands';
import { type ItOnBoth, onBothQueues } from './side-by-side';

export interface Answered<Body = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** What a page gets of the letters. */
interface Shown {
  readonly asOf: string | null;
  readonly looking: boolean;
  readonly total: number;
  readonly hidden: number;
  readonly matched: number;
  readonly jobs: readonly { readonly id: string; readonly letter?: string }[];
  readonly after?: string;
}

export interface Question {
  readonly confirmation: string;
  readonly count: number;
  readonly typed?: string;
}

/** A console in this process, and its page as far as a test has to be one. */
export class TestConsole {
  private cookie = '';

  private constructor(private readonly running: Console) {}

  static async start(
    variables: Readonly<Record<string, string | undefined>>,
    options: ConsoleOptions = {},
  ): Promise<TestConsole> {
    const started = new TestConsole(await startConsole(readEnvironment(variables), { ...options, port: 0 }));
    const { headers } = await started.ask(started.address, {});
    started.cookie = (headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    return started;
  }

  /** On a pair of its own, whose negative inputs are dead letters. */
  static async onPair(fifo: boolean): Promise<[JobsCommands, TestConsole]> {
    const on = await JobsCommands.start(fifo);
    return [on, await TestConsole.start(on.variables)];
  }

  get address(): string {
    return this.running.address;
  }

  get origin(): string {
    return new URL(this.address).origin;
  }

  /** The headers that a browser adds to what the console's own page asks. */
  get own(): Record<string, string> {
    return { cookie: this.cookie, origin: this.origin, 'sec-fetch-site': 'same-origin' };
  }

  /** Just these headers. */
  async ask<Body>(
    path: string,
    headers: Readonly<Record<string, string>>,
    init: RequestInit = {},
  ): Promise<Answered<Body>> {
    const answer = await fetch(new URL(path, this.origin), { redirect: 'manual', ...init, headers: { ...headers } });
    const text = await answer.text();
    const isJson = text !== '' && (answer.headers.get('content-type') ?? '').includes('json');
    return { status: answer.status, headers: answer.headers, body: (isJson ? JSON.parse(text) : text) as Body };
  }

  get<Body = Record<string, unknown>>(path: string): Promise<Answered<Body>> {
    return this.ask(path, this.own);
  }

  post<Body = Record<string, unknown>>(path: string, body?: unknown): Promise<Answered<Body>> {
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const init = { method: 'POST', ...(body !== undefined && { body: JSON.stringify(body) }) };
    return this.ask(path, { ...this.own, ...type }, init);
  }

  /** Resolves to the failures once a look that begins now has ended. */
  async look(query = ''): Promise<Shown> {
    const { body: before } = await this.get<Shown>('/api/failures');
    if (before.asOf !== null) await this.post('/api/look');
    return this.looked(query);
  }

  async looked(query = ''): Promise<Shown> {
    let last = { looking: true } as Shown;
    await eventually(
      async () => {
        last = (await this.get<Shown>(`/api/failures?${query}`)).body;
        return !last.looking;
      },
      { withinMs: 60_000 },
    );
    return last;
  }

  /** Asks for a change, confirms it, and resolves to the task. */
  async begin(question: Readonly<Record<string, unknown>>): Promise<Task> {
    const { status, body } = await this.post<Question>('/api/confirmations', question);
    expect({ status, body }).toMatchObject({ status: 200 });
    const { confirmation, typed } = body;
    const task = await this.post<Task>('/api/tasks', { confirmation, typed });
    expect(task).toMatchObject({ status: 202 });
    return task.body;
  }

  /** Resolves to the task once it has ended. */
  async ended(id: string): Promise<Task> {
    let last = { state: 'running' } as Task;
    await eventually(async () => (last = (await this.get<Task>(`/api/tasks/${id}`)).body).state !== 'running', {
      withinMs: 60_000,
    });
    return last;
  }

  async change(question: Readonly<Record<string, unknown>>): Promise<Task> {
    const { id } = await this.begin(question);
    return this.ended(id);
  }

  close(): Promise<void> {
    return this.running.close();
  }
}

interface Watched {
  readonly on: JobsCommands;
  readonly page: TestConsole;
}

/** For tests that run side by side, each with a pair and a console of its own. */
export const withConsoles = (): ItOnBoth<Watched> =>
  onBothQueues({
    async open(fifo) {
      const [on, page] = await TestConsole.onPair(fifo);
      return { on, page };
    },
    close: ({ on, page }) => page.close().finally(() => on.close()),
  });

/** What an open page is told, kept from its first event on. */
export class PageEvents {
  private readonly told: { readonly event: string; readonly data: Record<string, unknown> }[] = [];

  private constructor(private readonly leaving: AbortController) {}

  static async open(page: TestConsole): Promise<PageEvents> {
    const leaving = new AbortController();
    const events = new PageEvents(leaving);
    const { body } = await fetch(new URL('/api/events', page.origin), { headers: page.own, signal: leaving.signal });
    if (!body) throw new Error('The console sends no events');
    void events.read(body).catch(() => undefined);
    return events;
  }

  of(event: 'overview' | 'snapshot' | 'task'): readonly Record<string, unknown>[] {
    return this.told.filter((one) => one.event === event).map(({ data }) => data);
  }

  close(): void {
    this.leaving.abort();
  }

  private async read(body: ReadableStream<Uint8Array>): Promise<void> {
    let text = '';
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      const frames = (text + chunk).split('\n\n');
      text = frames.pop() ?? '';
      for (const frame of frames) {
        const [, event, data] = /^event: (\w+)\ndata: (.*)$/.exec(frame) ?? [];
        if (event !== undefined) this.told.push({ event, data: JSON.parse(data ?? '') as Record<string, unknown> });
      }
    }
  }
}
