import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { DEAD_LETTER_QUEUE_NAME, QUEUE_NAME } from '../../contract/delivery';
import { TestBroker } from '../harness/broker';
import { eventually } from '../harness/eventually';
import { compose, docker, inspect, type Variables } from './docker';
import { ResultsTable } from './results-table';

/** Host ports that the engine picks: nothing else that runs on this machine is in the way. */
const ANY_PORTS = { PORT: '0', SQS_PORT: '0', DYNAMODB_PORT: '0' };

/** A short lease, so that what a killed consumer held comes again soon. */
const ENV = { ...ANY_PORTS, VISIBILITY_TIMEOUT_SECONDS: '5' };

const loopback = async (service: string, port: number): Promise<string> =>
  `http://${await compose(['port', service, String(port)], ENV)}`;

/** The repository's compose as a user brings it up, but under a project name of its own. */
export class ComposeStack {
  private constructor(
    readonly producerUrl: string,
    readonly broker: TestBroker,
    readonly results: ResultsTable,
  ) {}

  static async up(): Promise<ComposeStack> {
    await compose(['up', '--detach', '--build', '--wait'], ENV);
    const broker = new TestBroker(await loopback('localstack', 4566), 'us-east-1', 'external');
    const results = new ResultsTable(await loopback('dynamodb', 8000));
    return new ComposeStack(await loopback('producer', 3000), broker, results);
  }

  get queueUrl(): string {
    return `${this.broker.endpoint}/000000000000/${QUEUE_NAME}`;
  }

  get deadLetterQueueUrl(): string {
    return `${this.broker.endpoint}/000000000000/${DEAD_LETTER_QUEUE_NAME}`;
  }

  close(): void {
    this.broker.client.destroy();
    this.results.close();
  }

  async queueAttributes(): Promise<Readonly<Record<string, string>>> {
    const { Attributes = {} } = await this.broker.client.send(
      new GetQueueAttributesCommand({ QueueUrl: this.queueUrl, AttributeNames: ['All'] }),
    );
    return Attributes;
  }

  /**
   * Starts this many new consumers with these variables; resolves to the ids of their containers once all are ready.
   */
  async consumers(count: number, variables: Variables = {}): Promise<string[]> {
    const scale = ['--scale', `consumer=${count}`, '--force-recreate', '--no-deps'];
    await compose(['up', '--detach', '--wait', ...scale, 'consumer'], { ...ENV, ...variables });
    return this.containers('consumer');
  }

  async containers(service: string): Promise<string[]> {
    return (await compose(['ps', '--all', '--quiet', service], ENV)).split('\n').filter(Boolean);
  }

  logs(id: string): Promise<string> {
    return docker(['logs', id]);
  }

  /** Resolves to the job's id. */
  async produce(input: number): Promise<string> {
    const answer = await fetch(`${this.producerUrl}/produce`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ input }),
    });
    const { id } = (await answer.json()) as { id: string };
    if (answer.status !== 202) throw new Error(`The producer answered ${answer.status}`);
    return id;
  }

  async result(id: string, waitSeconds = 0): Promise<Readonly<Record<string, unknown>>> {
    const answer = await fetch(`${this.producerUrl}/results/${id}`, { headers: { prefer: `wait=${waitSeconds}` } });
    return (await answer.json()) as Readonly<Record<string, unknown>>;
  }

  produceMany(count: number): Promise<string[]> {
    return Promise.all(Array.from({ length: count }, (_, input) => this.produce(input)));
  }

  /** How many jobs a consumer says it holds; its health route is on no port of the host. */
  async held(id: string): Promise<number> {
    const ask = `fetch('http://127.0.0.1:3001/health/ready').then((r) => r.text()).then(console.log)`;
    const { inFlight } = JSON.parse(await docker(['exec', id, '/nodejs/bin/node', '-e', ask])) as { inFlight: number };
    return inFlight;
  }

  /** Waits until consumers hold this many messages. */
  async inFlight(least: number): Promise<void> {
    await eventually(async () => (await this.broker.depth(this.queueUrl)).inFlight >= least, { withinMs: 30_000 });
  }

  async backlogBelow(limit: number): Promise<void> {
    const waiting = async (): Promise<number> => {
      const { visible, inFlight } = await this.broker.depth(this.queueUrl);
      return visible + inFlight;
    };
    await eventually(async () => (await waiting()) < limit, { withinMs: 60_000, everyMs: 100 });
  }

  /** Waits until nothing is left in the queue. */
  async worked(withinMs = 60_000): Promise<void> {
    await eventually(() => this.broker.isEmpty(this.queueUrl), { withinMs, everyMs: 250 });
  }

  /** What became of these jobs: how many have no effect, and the most effects that one has. */
  async tally(ids: readonly string[]): Promise<{ lost: number; mostEffects: number }> {
    const effects = await this.results.effects();
    const each = ids.map((id) => effects.get(id) ?? 0);
    return { lost: each.filter((count) => count === 0).length, mostEffects: Math.max(...each) };
  }

  exitCode(id: string): Promise<unknown> {
    return inspect(id, '.State.ExitCode');
  }
}
