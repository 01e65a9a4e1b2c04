import { GetQueueUrlCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { join } from 'node:path';
import { DEAD_LETTER_QUEUE_NAME, DELIVERY, QUEUE_NAME } from '../../contract/delivery';
import { Child } from '../../ops/child';
import { childEnvironment } from '../../ops/child-environment';
import { createProvisionClient } from '../../ops/provision';
import { RoundQueues } from '../rig/queues';
import { freePort } from '../rig/proxy/free-port';

/** Messages in the two queues, visible or not. */
export interface Depths {
  readonly waiting: number;
  readonly deadLetters: number;
}

/** What the load goes to. */
export interface Pair {
  readonly url: string;
  /** Rejects if the pair ends before `work` is through. */
  whileRunning<T>(work: Promise<T>): Promise<T>;
  /** Undefined where the broker is not ours to ask. */
  depths(): Promise<Depths | undefined>;
  /** Drains and ends it, if it is ours; resolves to whether it ended well. */
  stop(): Promise<boolean>;
}

const REGION = 'us-east-1';
const READY_WITHIN_MS = 60_000;

/** The apps drain, then the broker ends; each has its own deadline within this. */
const STOP_WITHIN_MS = (DELIVERY.drainSeconds + 25) * 1_000;

/** `npm start` on free ports, with everything it keeps in `folder`. */
export class OwnPair implements Pair {
  private constructor(
    readonly url: string,
    private readonly process: Child,
    private readonly client: SQSClient,
  ) {}

  static async start(folder: string): Promise<OwnPair> {
    const [port, consumerPort, brokerPort] = [await freePort(), await freePort(), await freePort()];
    const process = new Child({
      name: 'pair',
      script: 'ops/start.js',
      nodeArgs: ['--require', join(__dirname, '..', '..', 'ops', 'follow-parent.js')],
      env: childEnvironment({
        HOST: '127.0.0.1',
        PORT: String(port),
        CONSUMER_PORT: String(consumerPort),
        BROKER_PORT: String(brokerPort),
        DATA_DIR: folder,
        RESULTS: `sqlite:${join(folder, 'results.db')}`,
        AWS_REGION: REGION,
        AWS_ENDPOINT_URL_SQS: '',
      }),
      showOutput: false,
    });
    const [url, consumerUrl] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${consumerPort}`];
    const client = createProvisionClient(REGION, `http://127.0.0.1:${brokerPort}`);
    const pair = new OwnPair(url, process, client);
    try {
      for (const app of [url, consumerUrl]) await process.healthy(`${app}/health/ready`, READY_WITHIN_MS);
      return pair;
    } catch (error) {
      await pair.stop();
      throw error;
    }
  }

  whileRunning<T>(work: Promise<T>): Promise<T> {
    return this.process.whileRunning(work);
  }

  async depths(): Promise<Depths> {
    return { waiting: await this.depth(QUEUE_NAME), deadLetters: await this.depth(DEAD_LETTER_QUEUE_NAME) };
  }

  async stop(): Promise<boolean> {
    this.client.destroy();
    return this.process.stop(STOP_WITHIN_MS);
  }

  private async depth(name: string): Promise<number> {
    const { QueueUrl: queueUrl = '' } = await this.client.send(new GetQueueUrlCommand({ QueueName: name }));
    return new RoundQueues(this.client, { queueUrl, deadLetterQueueUrl: queueUrl }).depth();
  }
}

/** A pair that somebody else runs; rejects if it is not ready. */
export async function findPair(url: string): Promise<Pair> {
  const ready = await fetch(`${url}/health/ready`, { redirect: 'manual' }).catch(() => undefined);
  await ready?.body?.cancel();
  if (!ready?.ok) {
    throw new Error(
      `No producer is ready at ${url}; start one with npm start, or leave --url out for a pair of its own.`,
    );
  }
  return {
    url,
    whileRunning: (work) => work,
    depths: () => Promise.resolve(undefined),
    stop: () => Promise.resolve(true),
  };
}
