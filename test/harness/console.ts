import { readEnvironment } from '../../contract/environment';
import { type Console, type ConsoleOptions, startConsole } from '../../ops/console/console';
import { eventually } from './eventually';

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: any;
}

/** A console in this process, and its page as far as a test has to be one. */
export class TestConsole {
  private cookie = '';

  private constructor(private readonly running: Console) {}

  static async start(
    variables: Readonly<Record<string, string | undefined>>,
    options: Omit<ConsoleOptions, 'port'> = {},
  ): Promise<TestConsole> {
    const started = new TestConsole(await startConsole(readEnvironment(variables), { ...options, port: 0 }));
    const { headers } = await started.ask(started.address, {});
    started.cookie = (headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    return started;
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
  async ask(path: string, headers: Readonly<Record<string, string>>, init: RequestInit = {}): Promise<Answered> {
    const answer = await fetch(new URL(path, this.origin), { redirect: 'manual', ...init, headers: { ...headers } });
    const text = await answer.text();
    const isJson = (answer.headers.get('content-type') ?? '').includes('json');
    return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : text };
  }

  get(path: string): Promise<Answered> {
    return this.ask(path, this.own);
  }

  post(path: string, body?: unknown): Promise<Answered> {
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const init = { method: 'POST', ...(body !== undefined && { body: JSON.stringify(body) }) };
    return this.ask(path, { ...this.own, ...type }, init);
  }

  /** Resolves to the failures once a look that begins now has ended. */
  async look(query = ''): Promise<any> {
    const { body: before } = await this.get('/api/failures');
    if (before.asOf !== null) await this.post('/api/look');
    return this.looked(query);
  }

  async looked(query = ''): Promise<any> {
    let last: any;
    await eventually(
      async () => {
        last = (await this.get(`/api/failures?${query}`)).body;
        return last.looking === false;
      },
      { withinMs: 60_000 },
    );
    return last;
  }

  /** Asks for a change, confirms it, and resolves to the task. */
  async begin(question: Readonly<Record<string, unknown>>): Promise<any> {
    const { status, body } = await this.post('/api/confirmations', question);
    expect({ status, body }).toMatchObject({ status: 200 });
    const { confirmation, typed } = body;
    const task = await this.post('/api/tasks', { confirmation, typed });
    expect(task).toMatchObject({ status: 202 });
    return task.body;
  }

  /** Resolves to the task once it has ended. */
  async ended(id: string): Promise<any> {
    let last: any;
    await eventually(async () => (last = (await this.get(`/api/tasks/${id}`)).body).state !== 'running', {
      withinMs: 60_000,
    });
    return last;
  }

  async change(question: Readonly<Record<string, unknown>>): Promise<any> {
    const { id } = await this.begin(question);
    return this.ended(id);
  }

  close(): Promise<void> {
    return this.running.close();
  }
}
