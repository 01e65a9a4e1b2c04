import { type SQSClient } from '@aws-sdk/client-sqs';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 as uuid } from 'uuid';
import { DELIVERY } from '../../contract/delivery';
import { isBrokerReady } from '../../ops/broker';
import { credentialVariables } from '../../ops/child-environment';
import { createProvisionClient, provision } from '../../ops/provision';
import { RoundQueues } from '../rig/queues';
import { toMessage } from '../rig/jobs';
import { BenchProcess } from './bench-process';
import { MEASURE } from './workload';
import { type Backlog } from './stand-in/actions';

export const REGION = 'us-east-1';
const READY_MS = 30_000;
const SEND_AT_ONCE = 5_000;

interface Broker {
  readonly kind: 'embedded' | 'stand-in' | 'url';
  /** Undefined of one that runs already. */
  readonly process: BenchProcess | undefined;
}

/** A broker to measure on: the embedded one, the stand-in, or one that runs already. */
export class Arena {
  private readonly client: SQSClient;
  private proxy: { readonly process: BenchProcess; readonly endpoint: string } | undefined;

  private constructor(
    readonly endpoint: string,
    readonly folder: string,
    private readonly broker: Broker,
  ) {
    this.client = createProvisionClient(REGION, endpoint);
  }

  static async open(broker: string): Promise<Arena> {
    const folder = await mkdtemp(join(tmpdir(), 'plusone-bench-'));
    if (broker !== 'embedded' && broker !== 'stand-in')
      return new Arena(broker, folder, { kind: 'url', process: undefined });
    const process = new BenchProcess({
      ...(broker === 'embedded'
        ? { script: 'ops/broker.js', args: ['--port', '0'] }
        : { script: 'experiments/bench/stand-in/stand-in.js' }),
      nodeArgs: ['--require', join(__dirname, 'answer-cpu.js')],
      env: {},
      log: join(folder, 'broker.log'),
    });
    return new Arena(await listening(process), folder, { kind: broker, process });
  }

  get environment(): Record<string, string> {
    return { AWS_REGION: REGION, ...credentialVariables(this.endpoint) };
  }

  /** User and system; undefined for a broker that is not a process of ours. */
  async cpuMs(): Promise<number | undefined> {
    if (!this.broker.process) return undefined;
    const answer = await this.broker.process.ask('cpu', READY_MS);
    return (answer as { readonly cpuMs: number }).cpuMs;
  }

  async queues(): Promise<RoundQueues> {
    const name = `bench-${randomUUID()}`;
    const urls = await provision({
      client: this.client,
      queueName: name,
      deadLetterQueueName: `${name}-dlq`,
      numbers: DELIVERY,
    });
    return new RoundQueues(this.client, urls);
  }

  async load(queues: RoundQueues, { first, end, bodyBytes }: Backlog): Promise<void> {
    if (this.broker.kind === 'stand-in') {
      await this.control({ queue: queues.urls.queueUrl, load: { first, end, bodyBytes } });
      return;
    }
    for (let from = first; from < end; from += SEND_AT_ONCE) {
      const inputs = Array.from({ length: Math.min(SEND_AT_ONCE, end - from) }, (_, index) => from + index);
      await queues.send(
        inputs.map((input) => {
          const { body, attributes } = toMessage({ id: uuid(), type: MEASURE.type, input });
          return { attributes, body: `${body.slice(0, -1).padEnd(bodyBytes - 1)}}` };
        }),
      );
    }
  }

  /** Where to call it so that every call takes so much longer. */
  async slowedBy(callMs: number): Promise<string> {
    if (this.broker.kind === 'stand-in') {
      await this.control({ callMs });
      return this.endpoint;
    }
    if (callMs === 0) return this.endpoint;
    this.proxy ??= await this.startProxy(callMs);
    return this.proxy.endpoint;
  }

  async close(keep: boolean): Promise<void> {
    this.client.destroy();
    await this.proxy?.process.end('SIGTERM');
    await this.broker.process?.end('SIGTERM');
    if (!keep) await rm(this.folder, { recursive: true });
  }

  private async startProxy(callMs: number): Promise<{ process: BenchProcess; endpoint: string }> {
    const process = new BenchProcess({
      script: 'experiments/bench/slow-proxy.js',
      args: [this.endpoint, String(callMs)],
      env: {},
      log: join(this.folder, 'proxy.log'),
    });
    return { process, endpoint: await listening(process) };
  }

  private async control(body: unknown): Promise<void> {
    const answer = await fetch(this.endpoint, { method: 'POST', body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`The stand-in refused: ${await answer.text()}`);
  }
}

async function listening(process: BenchProcess): Promise<string> {
  const ready = await process.next(READY_MS);
  if (!isBrokerReady(ready)) throw new Error('The broker said something else than where it listens.');
  return ready.listening;
}
