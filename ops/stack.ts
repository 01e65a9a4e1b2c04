import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DEAD_LETTER_QUEUE_NAME, DELIVERY, QUEUE_NAME } from '../contract/delivery';
import { EMULATOR_REGION, type Environment, processVariables, readEnvironment } from '../contract/environment';
import { reachableHost, withoutSecrets } from '../contract/local';
import { listenFault } from '../service/listen-fault';
import { isBrokerReady } from './broker';
import { Child } from './child';
import { childEnvironment } from './child-environment';
import { type Console, startConsole } from './console/door';
import { portFault } from './ports';
import { createProvisionClient, provision } from './provision';
import { provisionResults } from './provision-table';

const LOOPBACK = '127.0.0.1';

/** Where Prometheus' own exporters begin. */
const METRICS_PORTS = { METRICS_PORT: 9464, CONSUMER_METRICS_PORT: 9465 };

const READY_WITHIN_MS = 30_000;
const BROKER_STOP_MS = 5_000;
/** What an app may take beyond its drain before it is killed. */
const STOP_SLACK_MS = 10_000;

/** Broker, producer and consumer on one machine: what `npm start` and `npm run dev` run. */
export class Stack {
  private broker: Child | undefined;
  private apps: Child[] = [];
  private console: Console | undefined;
  private consoleFault = '';
  private appEnvironment: NodeJS.ProcessEnv = {};
  private stopped: Promise<boolean> | undefined;

  constructor(
    private readonly environment: Environment,
    /** Told, in a sentence, when a child ends that nobody stopped. */
    private readonly onDeath: (sentence: string, name: string) => void,
    /** Options of Node itself for the consumer, such as `--inspect`. */
    private readonly consumerNodeArgs: readonly string[] = [],
  ) {}

  private get host(): string {
    return reachableHost(this.environment.host ?? LOOPBACK);
  }

  get producerUrl(): string {
    return `http://${this.host}:${this.environment.port}`;
  }

  get consumerUrl(): string {
    return `http://${this.host}:${this.environment.consumerPort}`;
  }

  get brokerText(): string {
    const { sqsEndpoint, brokerPort } = this.environment;
    return (
      (sqsEndpoint && withoutSecrets(sqsEndpoint)) ?? `http://${LOOPBACK}:${brokerPort}, data in ${this.brokerDir}`
    );
  }

  /** The console's address, or why there is none. */
  get consoleText(): string {
    return this.console?.address ?? `none. ${this.consoleFault}`;
  }

  private get brokerDir(): string {
    return join(this.environment.dataDir, 'broker');
  }

  /** One sentence if a port is taken; asked before anything is started. */
  portFault(): Promise<string | undefined> {
    const { host = LOOPBACK, port, consumerPort, brokerPort, sqsEndpoint } = this.environment;
    return portFault([
      { variable: 'PORT', host, port },
      { variable: 'CONSUMER_PORT', host, port: consumerPort },
      ...(sqsEndpoint === undefined ? [{ variable: 'BROKER_PORT', host: LOOPBACK, port: brokerPort }] : []),
    ]);
  }

  /** Starts the broker, makes queues and the results table, and starts the console, which alone may fail. */
  async prepare(): Promise<void> {
    const { dataDir, region, results, visibilityTimeoutSeconds } = this.environment;
    await mkdir(dataDir, { recursive: true });
    const endpoint = this.environment.sqsEndpoint ?? (await this.startBroker());
    const client = createProvisionClient(region ?? EMULATOR_REGION, endpoint);
    try {
      const numbers = { ...DELIVERY, visibilityTimeoutSeconds };
      const names = { queueName: QUEUE_NAME, deadLetterQueueName: DEAD_LETTER_QUEUE_NAME };
      const queues = await provision({ client, ...names, numbers });
      this.appEnvironment = this.childEnvironment({
        ...this.metricsPorts(),
        // Here caller and operator are one.
        SHOW_ERRORS: processVariables['SHOW_ERRORS'] ?? 'true',
        AWS_ENDPOINT_URL_SQS: endpoint,
        QUEUE_URL: queues.queueUrl,
        DLQ_URL: queues.deadLetterQueueUrl,
        RESULTS: results,
      });
      await provisionResults(this.environment);
      await this.startConsole();
    } finally {
      client.destroy();
    }
  }

  /** Producer and consumer; resolves when both are ready. */
  async startApps(): Promise<void> {
    if (this.stopped) return;
    const producer = this.startApp('producer');
    const consumer = this.startApp('consumer', this.consumerNodeArgs);
    this.apps = [producer, consumer];
    await Promise.all([
      producer.healthy(`${this.producerUrl}/health/ready`, READY_WITHIN_MS),
      consumer.healthy(`${this.consumerUrl}/health/ready`, READY_WITHIN_MS),
    ]);
  }

  /** Resolves, once producer and consumer have drained and ended, to whether all ended with 0. */
  async stopApps(): Promise<boolean> {
    const deadlineMs = DELIVERY.drainSeconds * 1_000 + STOP_SLACK_MS;
    const clean = await Promise.all(this.apps.map((app) => app.stop(deadlineMs)));
    this.apps = [];
    return clean.every(Boolean);
  }

  /** Apps first, so that what they drain still finds the broker. Idempotent. */
  stop(): Promise<boolean> {
    this.stopped ??= this.stopBeforeBroker().then(async (clean) => {
      const brokerClean = (await this.broker?.stop(BROKER_STOP_MS)) ?? true;
      return clean && brokerClean;
    });
    return this.stopped;
  }

  private async stopBeforeBroker(): Promise<boolean> {
    await this.console?.close();
    return this.stopApps();
  }

  /** In this process, which has nothing else to do. Without it the pair runs as well. */
  private async startConsole(): Promise<void> {
    const environment = readEnvironment(this.appEnvironment);
    try {
      this.console = await startConsole(environment, { port: environment.consolePort });
    } catch (error) {
      this.consoleFault = `${listenFault(error, 'CONSOLE_PORT') ?? String(error)}.`;
    }
  }

  /** At once, as by a crash. */
  kill(): void {
    for (const child of [...this.apps, this.broker]) child?.kill();
  }

  /** Unless the environment says otherwise, or needs the port itself; one that somebody else has costs a warning. */
  private metricsPorts(): Record<string, string> {
    const { port, consumerPort, brokerPort } = this.environment;
    const free = Object.entries(METRICS_PORTS).filter(
      ([variable, own]) => processVariables[variable] === undefined && ![port, consumerPort, brokerPort].includes(own),
    );
    return Object.fromEntries(free.map(([variable, own]) => [variable, String(own)]));
  }

  private startApp(name: string, more: readonly string[] = []): Child {
    const nodeArgs = [...more, '--require', join(__dirname, 'follow-parent.js')];
    return this.start(
      new Child({ name, script: `${name}/main.js`, nodeArgs, env: this.appEnvironment, showOutput: true }),
    );
  }

  private async startBroker(): Promise<string> {
    const args = ['--port', String(this.environment.brokerPort), '--data-dir', this.brokerDir];
    const env = this.childEnvironment({});
    this.broker = this.start(new Child({ name: 'broker', script: 'ops/broker.js', args, env, showOutput: false }));
    const message = await this.broker.message();
    if (!isBrokerReady(message)) throw new Error('The broker did not say where it listens.');
    return message.listening;
  }

  /** The environment of every child, with compiled code kept between starts: a third of the start-up time. */
  private childEnvironment(added: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
    const cache = processVariables['NODE_COMPILE_CACHE'] ?? join(this.environment.dataDir, 'compile-cache');
    return childEnvironment({ NODE_COMPILE_CACHE: cache, ...added });
  }

  private start(child: Child): Child {
    child.onDeath((sentence) => {
      this.onDeath(sentence, child.spec.name);
    });
    return child;
  }
}
