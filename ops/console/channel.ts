import { type ServerResponse } from 'node:http';

/** Keeps proxies and tunnels from ending a silent connection. */
const HEARTBEAT_MS = 15_000;
/** Limits the bytes that are buffered for a slow reader, which is then cut off; its browser connects again. */
const MAX_BEHIND_BYTES = 1_048_576;
/** The pause before a browser connects again. */
const RETRY_MS = 2_000;

export type EventName = 'overview' | 'snapshot' | 'task';

/** Server-sent events to every page that is open. */
export class Channel {
  private readonly listeners = new Set<ServerResponse>();
  private heartbeat: NodeJS.Timeout | undefined;
  /** Called when the first page begins or the last stops listening. */
  onListening: (listening: boolean) => void = () => undefined;

  publish(event: EventName, data: unknown): void {
    if (this.listeners.size === 0) return;
    this.write(frame(event, data));
  }

  /** Takes a response whose head is not sent yet, and first tells it what `first` has. */
  add(response: ServerResponse, first: readonly (readonly [EventName, unknown])[]): void {
    response.on('error', () => undefined);
    response.once('close', () => {
      this.remove(response);
    });
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`retry: ${RETRY_MS}\n\n${first.map(([event, data]) => frame(event, data)).join('')}`);
    this.listeners.add(response);
    if (this.listeners.size > 1) return;
    this.heartbeat = setInterval(() => {
      this.write(': still here\n\n');
    }, HEARTBEAT_MS);
    this.onListening(true);
  }

  close(): void {
    for (const response of this.listeners) response.end();
  }

  private write(text: string): void {
    for (const response of this.listeners) {
      if (response.writableLength > MAX_BEHIND_BYTES) response.destroy();
      else response.write(text);
    }
  }

  private remove(response: ServerResponse): void {
    this.listeners.delete(response);
    if (this.listeners.size > 0) return;
    clearInterval(this.heartbeat);
    this.onListening(false);
  }
}

const frame = (event: EventName, data: unknown): string => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
