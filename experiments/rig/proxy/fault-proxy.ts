import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type Answer,
  answerJson,
  type Entry,
  JSON_TYPE,
  type PartialFailure,
  pretended,
  type SqsCall,
  throttled,
  unavailable,
  withFailures,
} from './sqs-call';

/**
 * What becomes of a call:
 * - `pass`: as if there were no proxy
 * - `drop`: connection reset, the broker never sees the call
 * - `blackhole`: no answer ever, the broker never sees the call
 * - `reset`: the broker carries it out, then the connection is reset
 * - `swallow`: the broker carries it out, no answer ever
 * - `drip`: headers at once, then a byte every 200 ms and never an end, the broker never sees the call
 * - `throttle` (400 RequestThrottled), `unavailable` (503): the broker never sees the call
 * - `pretend`: answered as a success, the broker never sees the call (a lost delete)
 * - `empty`: answered 200 `{}` at once, the broker never sees the call
 * - `duplicate`: on ReceiveMessage: passes, and the next receive gets the same messages again
 * - `{ delayMs }`: passes that much later
 * - `{ failEntries }`: a batch call fails in part
 * - `{ answer }`: what it says, with or without forwarding
 */
export type Verdict =
  | 'pass'
  | 'drop'
  | 'blackhole'
  | 'reset'
  | 'swallow'
  | 'drip'
  | 'empty'
  | 'throttle'
  | 'unavailable'
  | 'pretend'
  | 'duplicate'
  | Alteration;

type Alteration =
  | { readonly delayMs: number }
  | { readonly answer: (forward: () => Promise<Answer>) => Promise<Answer> }
  | PartialFailure;

export type Rule = (call: SqsCall) => Verdict;

const HOP_HEADERS = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'keep-alive', 'expect']);

async function readText(stream: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** An HTTP proxy on loopback in front of an SQS or DynamoDB endpoint, for clients with `useQueueUrlAsEndpoint: false`. */
export class FaultProxy {
  private readonly agent = new Agent({ keepAlive: true });
  private readonly rules = new Map<string, Rule>();
  private readonly counts = new Map<string, number>();
  private replay: unknown[] = [];
  /** Answers that drip and whose callers have not hung up. */
  dripping = 0;

  constructor(
    private readonly server: Server,
    private readonly target: URL,
    private readonly port: number,
  ) {
    server.on('request', (incoming: IncomingMessage, outgoing: ServerResponse) => {
      this.serve(incoming, outgoing).catch(() => outgoing.destroy());
    });
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Decides the calls of an action from now on; `*` those without a rule of their own. The last one set holds. */
  rule(action: string, rule: Rule | Verdict): void {
    this.rules.set(action, typeof rule === 'function' ? rule : () => rule);
  }

  /** Back to passing everything. */
  clear(): void {
    this.rules.clear();
  }

  /** Calls of an action so far, whatever became of them. */
  count(action: string): number {
    return this.counts.get(action) ?? 0;
  }

  /** Connections are refused, and those open reset, until `accept`. */
  async refuse(): Promise<void> {
    if (!this.server.listening) return;
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }

  async accept(): Promise<void> {
    if (this.server.listening) return;
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
  }

  async close(): Promise<void> {
    await this.refuse();
    this.agent.destroy();
  }

  private async serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const text = await readText(incoming);
    const call = this.readCall(incoming, text);
    const verdict = (this.rules.get(call.action) ?? this.rules.get('*'))?.(call) ?? 'pass';
    const answer = await this.carryOut(verdict, call, (body) => this.forward(incoming, outgoing, body ?? text));
    if (answer === 'silence') return;
    if (answer === 'drip') {
      this.drip(outgoing);
      return;
    }
    if (answer === 'reset') {
      outgoing.socket?.resetAndDestroy();
      return;
    }
    outgoing.writeHead(answer.status, { ...answer.headers, 'content-length': Buffer.byteLength(answer.body) });
    outgoing.end(answer.body);
  }

  private drip(outgoing: ServerResponse): void {
    outgoing.writeHead(200, { 'content-type': JSON_TYPE });
    const dripping = setInterval(() => outgoing.write(' '), 200);
    this.dripping += 1;
    outgoing.once('close', () => {
      clearInterval(dripping);
      this.dripping -= 1;
    });
  }

  private readCall(incoming: IncomingMessage, text: string): SqsCall {
    const action = String(incoming.headers['x-amz-target'] ?? incoming.url).replace(/^.*\./, '');
    const nth = this.count(action) + 1;
    this.counts.set(action, nth);
    const body = (text.startsWith('{') ? JSON.parse(text) : {}) as Record<string, unknown> & { Entries?: Entry[] };
    return { action, nth, body, entries: body.Entries ?? [] };
  }

  private async carryOut(
    verdict: Verdict,
    call: SqsCall,
    forward: (body?: string) => Promise<Answer>,
  ): Promise<Answer | 'silence' | 'reset' | 'drip'> {
    if (typeof verdict === 'object') return this.alter(verdict, call, forward);
    switch (verdict) {
      case 'drop':
        return 'reset';
      case 'blackhole':
        return 'silence';
      case 'reset':
      case 'swallow':
        await forward();
        return verdict === 'reset' ? 'reset' : 'silence';
      case 'drip':
        return 'drip';
      case 'empty':
        return answerJson({});
      case 'throttle':
        return throttled();
      case 'unavailable':
        return unavailable();
      case 'pretend':
        return pretended(call);
      default:
        return this.receive(call, verdict === 'duplicate', forward);
    }
  }

  private async alter(
    verdict: Alteration,
    call: SqsCall,
    forward: (body?: string) => Promise<Answer>,
  ): Promise<Answer> {
    if ('delayMs' in verdict) {
      await delay(verdict.delayMs);
      return forward();
    }
    if ('answer' in verdict) return verdict.answer(forward);
    if (verdict.forwarded === true) return withFailures(call, await forward(), verdict);
    const kept = call.entries.filter((entry, index) => !verdict.failEntries(entry, index));
    const answer = kept.length === 0 ? answerJson({}) : await forward(JSON.stringify({ ...call.body, Entries: kept }));
    return withFailures(call, answer, verdict);
  }

  private async receive(call: SqsCall, duplicate: boolean, forward: () => Promise<Answer>): Promise<Answer> {
    if (call.action === 'ReceiveMessage' && this.replay.length > 0)
      return answerJson({ Messages: this.replay.splice(0) });
    const answer = await forward();
    if (duplicate) this.replay = (JSON.parse(answer.body) as { Messages?: unknown[] }).Messages ?? [];
    return answer;
  }

  /** A client that hangs up (an aborted long poll) hangs up on the broker too. */
  private async forward(incoming: IncomingMessage, outgoing: ServerResponse, body: string): Promise<Answer> {
    const headers = Object.fromEntries(Object.entries(incoming.headers).filter(([name]) => !HOP_HEADERS.has(name)));
    const onward = request(new URL(incoming.url ?? '/', this.target), {
      method: incoming.method ?? 'POST',
      agent: this.agent,
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    });
    const hangUp = (): void => {
      onward.destroy();
    };
    outgoing.once('close', hangUp);
    onward.end(body);
    try {
      const [response] = (await once(onward, 'response')) as [IncomingMessage];
      const text = await readText(response);
      const kept = Object.entries(response.headers).filter(([name]) => !HOP_HEADERS.has(name));
      return {
        status: response.statusCode ?? 502,
        headers: Object.fromEntries(kept.map(([name, value]) => [name, String(value)])),
        body: text,
      };
    } finally {
      outgoing.off('close', hangUp);
    }
  }
}

export async function startFaultProxy(endpoint: string): Promise<FaultProxy> {
  const server = createServer({ keepAliveTimeout: 60_000 }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return new FaultProxy(server, new URL(endpoint), address.port);
}
