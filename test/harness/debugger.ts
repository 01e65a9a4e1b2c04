import { once } from 'node:events';

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
}

/** A debugger on a process of Node: the Chrome DevTools Protocol, as an editor speaks it. */
export class Debugger {
  /** How often the process has stopped on a breakpoint. */
  pauses = 0;
  private sent = 0;
  private readonly waiting = new Map<number, (message: Message) => void>();

  private constructor(private readonly socket: WebSocket) {
    socket.addEventListener('message', ({ data }) => {
      const message = JSON.parse(String(data)) as Message;
      if (message.method === 'Debugger.paused') this.pauses += 1;
      if (message.id !== undefined) this.waiting.get(message.id)?.(message);
    });
  }

  /** `url` as Node says it at its start: `ws://127.0.0.1:PORT/ID`. */
  static async attach(url: string): Promise<Debugger> {
    const socket = new WebSocket(url);
    await once(socket, 'open');
    const attached = new Debugger(socket);
    await attached.send('Debugger.enable');
    return attached;
  }

  /** Lines count from 0. */
  async breakAt(file: string, lineNumber: number): Promise<void> {
    await this.send('Debugger.setBreakpointByUrl', { lineNumber, urlRegex: `${file.replaceAll('.', '\\.')}$` });
  }

  resume(): Promise<void> {
    return this.send('Debugger.resume');
  }

  close(): void {
    this.socket.close();
  }

  private async send(method: string, params: object = {}): Promise<void> {
    this.sent += 1;
    const id = this.sent;
    const answer = new Promise<Message>((resolve) => this.waiting.set(id, resolve));
    this.socket.send(JSON.stringify({ id, method, params }));
    const { error } = await answer;
    if (error) throw new Error(`${method}: ${error.message}`);
  }
}
