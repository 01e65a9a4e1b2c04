import { GetQueueAttributesCommand, GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { type Template } from 'aws-cdk-lib/assertions';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEAD_LETTER_QUEUE_NAME, DELIVERY, deriveMaxReceiveCount, QUEUE_NAME } from '../../contract/delivery';
import { freePort } from '../../experiments/rig/proxy/free-port';
import { createProvisionClient } from '../../ops/provision';
import { startBrokerProcess } from '../../test/harness/broker-process';
import { endApps, ROOT, runApp } from '../../test/harness/processes';
import { PROCESS_STOP_SECONDS } from '../numbers';
import { synthesize } from '../synthesis';

jest.setTimeout(90_000);

/** What a queue and its dead-letter queue are like, wherever they are. */
interface Numbers {
  readonly visibility: number;
  readonly retention: number;
  readonly wait: number;
  readonly maxReceiveCount: number;
  readonly deadLetterVisibility: number;
  readonly deadLetterRetention: number;
}

async function numbersAt(endpoint: string): Promise<Numbers> {
  const client = createProvisionClient('us-east-1', endpoint);
  const read = async (name: string): Promise<Partial<Record<string, string>>> => {
    const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: name }));
    const { Attributes = {} } = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    return Attributes;
  };
  const [queue, deadLetters] = [await read(QUEUE_NAME), await read(DEAD_LETTER_QUEUE_NAME)];
  client.destroy();
  return {
    visibility: Number(queue['VisibilityTimeout']),
    retention: Number(queue['MessageRetentionPeriod']),
    wait: Number(queue['ReceiveMessageWaitTimeSeconds']),
    maxReceiveCount: Number(JSON.parse(queue['RedrivePolicy'] ?? '{}').maxReceiveCount),
    deadLetterVisibility: Number(deadLetters['VisibilityTimeout']),
    deadLetterRetention: Number(deadLetters['MessageRetentionPeriod']),
  };
}

interface QueueProperties {
  readonly QueueName: string;
  readonly VisibilityTimeout: number;
  readonly MessageRetentionPeriod: number;
  readonly ReceiveMessageWaitTimeSeconds: number;
  readonly RedrivePolicy: { readonly maxReceiveCount: number };
}

function numbersIn(template: Template): Numbers {
  const queues = Object.values(template.findResources('AWS::SQS::Queue')).map(
    ({ Properties }) => Properties as QueueProperties,
  );
  const queue = queues.find(({ QueueName }) => QueueName === `plusone-dev-${QUEUE_NAME}`);
  const deadLetters = queues.find(({ QueueName }) => QueueName === `plusone-dev-${DEAD_LETTER_QUEUE_NAME}`);
  if (!queue || !deadLetters) throw new Error('The template lacks a queue.');
  return {
    visibility: queue.VisibilityTimeout,
    retention: queue.MessageRetentionPeriod,
    wait: queue.ReceiveMessageWaitTimeSeconds,
    maxReceiveCount: queue.RedrivePolicy.maxReceiveCount,
    deadLetterVisibility: deadLetters.VisibilityTimeout,
    deadLetterRetention: deadLetters.MessageRetentionPeriod,
  };
}

interface Container {
  readonly Environment: readonly { readonly Name: string; readonly Value: unknown }[];
}

function variableOf(template: Template, name: string): unknown {
  const tasks = Object.values(template.findResources('AWS::ECS::TaskDefinition'));
  const containers = tasks.flatMap(({ Properties }) => Properties['ContainerDefinitions'] as Container[]);
  return containers.flatMap(({ Environment }) => Environment).find(({ Name }) => Name === name)?.Value;
}

/** What a task's environment says. */
const LEASE = Number(variableOf(synthesize({ consumer: 'fargate' }).compute, 'VISIBILITY_TIMEOUT_SECONDS'));
const lambda = numbersIn(synthesize().messaging);
/** A task asks for the contract's lease at each receive; the queue's own is what a function needs. */
const template = { ...numbersIn(synthesize({ consumer: 'fargate' }).messaging), visibility: LEASE };

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'numbers-test-'));
});
afterEach(async () => {
  await endApps();
  await rm(dataDir, { recursive: true, force: true });
});

describe('the numbers of the template', () => {
  it('are those of the contract', () => {
    expect(template).toEqual({
      visibility: DELIVERY.visibilityTimeoutSeconds,
      retention: DELIVERY.queueRetentionSeconds,
      wait: DELIVERY.receiveWaitSeconds,
      maxReceiveCount: deriveMaxReceiveCount(DELIVERY),
      deadLetterVisibility: DELIVERY.visibilityTimeoutSeconds,
      deadLetterRetention: DELIVERY.deadLetterRetentionSeconds,
    });
  });

  it('are the same with a consumer on Lambda, except for the lease and what follows from it', () => {
    expect(lambda).toEqual({ ...template, visibility: 540, maxReceiveCount: 480 });
  });

  it('lower no visibility timeout while a stage changes from Lambda to Fargate and the function still consumes', () => {
    expect(numbersIn(synthesize({ consumer: 'fargate' }).messaging).visibility).toBe(lambda.visibility);
  });

  it('are those of the local start', async () => {
    const [PORT, CONSUMER_PORT, BROKER_PORT] = [await freePort(), await freePort(), await freePort()].map(String);
    const env = { DATA_DIR: dataDir, PORT, CONSUMER_PORT, BROKER_PORT, AWS_ENDPOINT_URL_SQS: undefined };
    const app = runApp('dist/ops/start.js', { env });
    await app.line(/^Plusone runs\.$/, 30_000);
    expect(await numbersAt(`http://127.0.0.1:${String(BROKER_PORT)}`)).toEqual(template);
    await app.stop('SIGTERM', 40_000);
  });

  it('are those of what provisions in compose', async () => {
    const { endpoint } = await startBrokerProcess({ dataDir });
    const env = { AWS_ENDPOINT_URL_SQS: endpoint, RESULTS: undefined };
    expect(await runApp('dist/ops/provision.js', { env }).exit(30_000)).toMatchObject({ code: 0 });
    expect(await numbersAt(endpoint)).toEqual(template);
  });

  it('follow VISIBILITY_TIMEOUT_SECONDS in compose as they do in a template', async () => {
    const { endpoint } = await startBrokerProcess({ dataDir });
    const env = { AWS_ENDPOINT_URL_SQS: endpoint, RESULTS: undefined, VISIBILITY_TIMEOUT_SECONDS: '540' };
    expect(await runApp('dist/ops/provision.js', { env }).exit(30_000)).toMatchObject({ code: 0 });
    expect(await numbersAt(endpoint)).toEqual({ ...lambda, deadLetterVisibility: 540 });
  });
});

describe('compose', () => {
  const read = (): Promise<string> => readFile(join(ROOT, 'docker/compose.yaml'), 'utf8');

  it("names the contract's queues, and gives their provisioning no number of its own", async () => {
    const compose = await read();
    for (const [variable, name] of [
      ['QUEUE_URL', QUEUE_NAME],
      ['DLQ_URL', DEAD_LETTER_QUEUE_NAME],
    ] as const)
      expect(compose).toMatch(new RegExp(`\\b${variable}: http://localstack:4566/000000000000/${name}\n`));
    const given = [...compose.matchAll(/^ *(\w+_SECONDS):(.*)$/gm)].map(([, name, value]) => [name, value]);
    expect(given.length).toBeGreaterThan(0);
    expect(given.filter(([, value]) => value !== '')).toEqual([]);
  });

  it('stops a process later than it ends by itself', async () => {
    const graces = [...(await read()).matchAll(/stop_grace_period: (\d+)s/g)].map(([, seconds]) => Number(seconds));
    expect(graces).toHaveLength(2);
    for (const grace of graces) expect(grace).toBeGreaterThan(PROCESS_STOP_SECONDS);
  });
});
