/**
 * A broker that answers SQS's JSON calls from memory, as cheaply as it can, so that what it serves is loaded and not it:
 * for the bench, and for nothing else. Keeps nothing, checks no signature, moves nothing to a dead-letter queue.
 *
 *   stand-in.js     a free port of 127.0.0.1, told over IPC
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { type BrokerReady } from '../../../ops/broker';
import { Actions, type Backlog, type Call, Refusal } from './actions';
import { type ReceiveWish } from './queue';

/** The bench's own requests: fill a queue, slow every call down, tell the calls of a queue. */
type Control = { readonly load?: Backlog; readonly queue?: string; readonly callMs?: number };

const HOST = '127.0.0.1';
const DEFAULT_LEASE_SECONDS = 30;
const CONTENT_TYPE = { 'content-type': 'application/x-amz-json-1.0' };

function wishOf(call: Call, leaseSeconds: number): ReceiveWish {
  const {
    MaxNumberOfMessages = 1,
    AttributeNames = [],
    MessageSystemAttributeNames = [],
    MessageAttributeNames = [],
  } = call;
  return {
    most: MaxNumberOfMessages,
    leaseMs: leaseSeconds * 1_000,
    withSystemAttributes: AttributeNames.length + MessageSystemAttributeNames.length > 0,
    withAttributes: MessageAttributeNames.length > 0,
  };
}

class StandIn {
  endpoint = '';
  private callMs = 0;
  private readonly actions = new Actions(() => this.endpoint);

  constructor() {
    setInterval(() => {
      this.actions.lapse();
    }, 1_000);
  }

  async serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const target = incoming.headers['x-amz-target'];
    try {
      const answer =
        typeof target === 'string'
          ? await this.carryOut(target.slice(target.indexOf('.') + 1), JSON.parse(text) as Call, outgoing)
          : this.control(JSON.parse(text) as Control);
      outgoing.writeHead(200, CONTENT_TYPE).end(answer);
    } catch (error) {
      const type = error instanceof Refusal ? error.type : 'InternalError';
      const message = error instanceof Error ? error.message : String(error);
      const body = JSON.stringify({ __type: `com.amazonaws.sqs#${type}`, message });
      outgoing.writeHead(error instanceof Refusal ? 400 : 500, CONTENT_TYPE).end(body);
    }
  }

  private async carryOut(action: string, call: Call, outgoing: ServerResponse): Promise<string> {
    if (this.callMs > 0) await wait(this.callMs);
    if (call.QueueUrl !== undefined) this.actions.queue(call.QueueUrl).count(action);
    return action === 'ReceiveMessage' ? this.receive(call, outgoing) : this.actions.answer(action, call);
  }

  private async receive(call: Call, outgoing: ServerResponse): Promise<string> {
    const queue = this.actions.queue(call.QueueUrl ?? '');
    const lease = call.VisibilityTimeout ?? Number(queue.attributes['VisibilityTimeout'] ?? DEFAULT_LEASE_SECONDS);
    const wish = wishOf(call, lease);
    const seconds = call.WaitTimeSeconds ?? Number(queue.attributes['ReceiveMessageWaitTimeSeconds'] ?? 0);
    const deadline = Date.now() + seconds * 1_000;
    for (;;) {
      const messages = outgoing.destroyed ? '' : queue.take(wish);
      const left = deadline - Date.now();
      if (messages !== '') return `{"Messages":[${messages}]}`;
      if (left <= 0 || outgoing.destroyed) return '{}';
      await queue.something(left, outgoing);
    }
  }

  private control({ queue: name, load, callMs }: Control): string {
    this.callMs = callMs ?? this.callMs;
    if (name === undefined) return '{}';
    const queue = this.actions.queue(name);
    if (load) this.actions.load(queue, load);
    return JSON.stringify(Object.fromEntries(queue.calls));
  }
}

async function main(): Promise<void> {
  const standIn = new StandIn();
  const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, outgoing) => {
    standIn.serve(incoming, outgoing).catch(() => outgoing.destroy());
  }).listen(0, HOST);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  standIn.endpoint = `http://${HOST}:${address.port}`;
  const ready: BrokerReady = { listening: standIn.endpoint };
  process.send?.(ready);
}

process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole process group; the bench still has queues to remove.
process.on('SIGINT', () => undefined);
void main();
