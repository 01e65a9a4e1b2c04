import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { createProvisionClient } from './provision';
import { startBrokerProcess } from '../test/harness/broker-process';
import { PersistentBroker } from '../test/harness/embedded';
import { eventually } from '../test/harness/eventually';
import { endApps, isAlive, ROOT, runApp } from '../test/harness/processes';

// The embedded broker with its patch (patches/fauxqs+2.4.1.patch), always the process itself.
let broker: PersistentBroker;

beforeEach(async () => {
  broker = await PersistentBroker.start();
});
afterEach(async () => {
  await broker.close();
  await endApps();
});

/** The body of what one long poll brings. */
async function pollBody(queueUrl: string): Promise<string | undefined> {
  const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.ReceiveMessage' };
  const body = JSON.stringify({ QueueUrl: queueUrl, WaitTimeSeconds: 20 });
  const answer = await fetch(broker.endpoint, { method: 'POST', headers, body });
  const { Messages = [] } = (await answer.json()) as { Messages?: { Body: string }[] };
  return Messages[0]?.Body;
}

const send = (queueUrl: string, body: string, rest = {}) =>
  broker.client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body, ...rest }));

async function attributesOf(queueUrl: string): Promise<Readonly<Record<string, string>>> {
  const asked = new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['All'] });
  return (await broker.client.send(asked)).Attributes ?? {};
}

describe('the messages of the embedded broker', () => {
  it('keeps receive count and first receive of a message released with visibility 0, over a kill too', async () => {
    const { queueUrl } = await broker.provision('released');
    await send(queueUrl, 'one');
    const [first] = await broker.receive(queueUrl, 30);
    await broker.release(queueUrl, first?.ReceiptHandle);

    const [second] = await broker.receive(queueUrl, 30);
    expect(second?.Attributes?.ApproximateReceiveCount).toBe('2');
    await broker.release(queueUrl, second?.ReceiptHandle);
    await broker.restart();

    const [third] = await broker.receive(queueUrl, 30);
    expect(third?.Attributes?.ApproximateReceiveCount).toBe('3');
    expect(third?.Attributes?.ApproximateFirstReceiveTimestamp).toBe(
      first?.Attributes?.ApproximateFirstReceiveTimestamp,
    );
    expect((await broker.held(queueUrl)).ready).toEqual([]);
  });

  it('keeps order, leases, receipt handles and delays over a kill', async () => {
    const { queueUrl } = await broker.provision('kept');
    const bodies = Array.from({ length: 30 }, (_, i) => `m${i}`);
    for (const body of bodies) await send(queueUrl, body);
    const leased = await broker.receive(queueUrl, 600, 2);
    await send(queueUrl, 'later', { DelaySeconds: 600 });
    await broker.restart();

    const held = await broker.held(queueUrl);
    expect(held.ready.map(({ body }) => body)).toEqual(bodies.slice(2));
    expect(held.delayed.map(({ body }) => body)).toEqual(['later']);
    expect(held.inflight.map(({ message }) => message.body)).toEqual(['m0', 'm1']);
    await broker.client.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: leased[0]?.ReceiptHandle }));
    expect((await broker.held(queueUrl)).inflight.map(({ message }) => message.body)).toEqual(['m1']);
  });

  it('delivers again after a kill once the lease that held the message ended', async () => {
    const { queueUrl } = await broker.provision('lease');
    await send(queueUrl, 'one');
    await broker.receive(queueUrl, 1);
    await broker.restart();
    await eventually(async () => {
      const [again] = await broker.receive(queueUrl, 30);
      expect(again?.Attributes?.ApproximateReceiveCount).toBe('2');
    });
  });

  it('lets a long poll that got none of the messages go on waiting, as SQS does', async () => {
    const { queueUrl } = await broker.provision('polled');
    const bodies: unknown[] = [];
    const poll = () => pollBody(queueUrl).then((body) => bodies.push(body));
    const polls = [poll(), poll()];
    await broker.held(queueUrl);
    await send(queueUrl, 'one');
    await eventually(() => bodies.length > 0);
    await send(queueUrl, 'two');
    await Promise.all(polls);
    expect(bodies).toEqual(['one', 'two']);
  });

  it('keeps order, locked groups and deduplication of a FIFO queue over a kill', async () => {
    const { queueUrl } = await broker.provision('ordered.fifo');
    const put = (body: string, group: string) =>
      send(queueUrl, body, { MessageGroupId: group, MessageDeduplicationId: body });
    for (const body of ['a1', 'a2', 'a3']) await put(body, 'a');
    const [held] = await broker.receive(queueUrl, 600);
    expect(held?.Body).toBe('a1');
    await broker.restart();

    await put('a1', 'a');
    expect(await broker.receive(queueUrl, 600)).toEqual([]);
    await broker.release(queueUrl, held?.ReceiptHandle);
    const order: (string | undefined)[] = [];
    for (;;) {
      const [next] = await broker.receive(queueUrl, 600);
      if (!next) break;
      order.push(next.Body);
      await broker.client.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: next.ReceiptHandle }));
    }
    expect(order).toEqual(['a1', 'a2', 'a3']);
  });

  it('keeps queues by name: another region or port finds them with their messages', async () => {
    const { queueUrl } = await broker.provision('jobs');
    await send(queueUrl, 'one');
    await broker.restart();
    const elsewhere = createProvisionClient('eu-west-1', broker.endpoint);
    const created = await elsewhere.send(new CreateQueueCommand({ QueueName: 'jobs' }));
    const found = await elsewhere.send(new GetQueueUrlCommand({ QueueName: 'jobs' }));
    elsewhere.destroy();

    expect(created.QueueUrl).toBe(`${broker.endpoint}/000000000000/jobs`);
    expect(found.QueueUrl).toBe(created.QueueUrl);
    await broker.restart();
    expect(await broker.bodies(queueUrl)).toEqual(['one']);
  });

  it('provisions again without losing messages, and changes what differs', async () => {
    const { queueUrl } = await broker.provision('again');
    await send(queueUrl, 'one');
    await broker.provision('again', { visibilityTimeoutSeconds: 540 });
    await broker.restart();

    const { VisibilityTimeout, RedrivePolicy = '' } = await attributesOf(queueUrl);
    expect(VisibilityTimeout).toBe('540');
    expect(JSON.parse(RedrivePolicy)).toMatchObject({ maxReceiveCount: '480' });
    expect(await broker.bodies(queueUrl)).toEqual(['one']);
  });

  it('gives no message to a receiver that went away while it waited', async () => {
    const { queueUrl } = await broker.provision('gone');
    const body = JSON.stringify({ QueueUrl: queueUrl, WaitTimeSeconds: 20 });
    const { port } = new URL(broker.endpoint);
    const socket = connect(Number(port), '127.0.0.1');
    const head = `POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: AmazonSQS.ReceiveMessage\r\n`;
    socket.write(`${head}Content-Type: application/x-amz-json-1.0\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    // A later request's answer shows that the receive was taken in, and later that the reset was.
    await broker.held(queueUrl);
    socket.resetAndDestroy();
    await once(socket, 'close');
    await broker.held(queueUrl);

    await send(queueUrl, 'one');
    expect(await broker.receive(queueUrl, 30)).toHaveLength(1);
  });
});

it('counts messages as visible once their lease or delay has ended, with nobody receiving', async () => {
  const { queueUrl } = await broker.provision('counted');
  await send(queueUrl, 'leased');
  await broker.receive(queueUrl, 1);
  await send(queueUrl, 'delayed', { DelaySeconds: 1 });
  await eventually(async () => {
    expect(await attributesOf(queueUrl)).toMatchObject({
      ApproximateNumberOfMessages: '2',
      ApproximateNumberOfMessagesNotVisible: '0',
      ApproximateNumberOfMessagesDelayed: '0',
    });
  });
});

describe('the process of the embedded broker', () => {
  it('listens on loopback only', async () => {
    const { port } = new URL(broker.endpoint);
    const others = Object.values(networkInterfaces())
      .flat()
      .filter((address) => address?.family === 'IPv4' && !address.internal)
      .map((address) => address?.address ?? '');
    for (const host of [...others, '127.0.0.2']) {
      const socket = connect(Number(port), host);
      const [error] = await once(socket, 'error');
      expect(error.code).toBe('ECONNREFUSED');
    }
  });

  it('says in one sentence that its port is taken, or its data directory', async () => {
    const { port } = new URL(broker.endpoint);
    const second = runApp('dist/ops/broker.js', { args: ['--port', port] });
    expect(await second.exit()).toMatchObject({ code: 1 });
    expect(second.lines).toEqual([`Port ${port} is taken; set BROKER_PORT to another one.`]);

    const third = runApp('dist/ops/broker.js', { args: ['--port', '0', '--data-dir', broker.dataDir] });
    expect(await third.exit()).toMatchObject({ code: 1 });
    expect(third.lines).toEqual([
      `Another broker uses ${broker.dataDir}; stop it, or set DATA_DIR to another directory.`,
    ]);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('stops with 0 on %s', async (signal) => {
    const { app } = await startBrokerProcess();
    if (signal === 'SIGINT') app.child.disconnect();
    expect(await app.stop(signal)).toEqual({ code: 0, signal: null });
  });

  it('leaves SIGINT to its parent, and ends when the parent is killed', async () => {
    const script = JSON.stringify(join(ROOT, 'dist/ops/broker.js'));
    const code = `const child = require('child_process').fork(${script}, ['--port', '0'], { silent: true });
      child.on('message', () => console.log(child.pid));`;
    const parent = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(parent.stdout, 'data');
    const pid = Number(line);
    process.kill(pid, 'SIGINT');
    await new Promise(setImmediate);
    const stayed = isAlive(pid);
    parent.kill('SIGKILL');
    expect(stayed).toBe(true);
    await eventually(() => !isAlive(pid));
  });

  it('ends when its disk is full, and then holds exactly what it accepted', async () => {
    const { queueUrl } = await broker.provision('full');
    await broker.process.stop();
    const { endpoint, child } = await startLimited(broker.dataDir);
    const client = createProvisionClient('us-east-1', endpoint);
    const accepted: string[] = [];
    const fill = async (): Promise<void> => {
      for (let i = 0; i < 100; i++) {
        const body = `${i}-`.padEnd(100_000, 'x');
        await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body }));
        accepted.push(body);
      }
    };
    const exit = once(child, 'exit');
    try {
      await expect(fill()).rejects.toThrow();
      expect(await exit).toEqual([70, null]);
    } finally {
      child.kill('SIGKILL');
      client.destroy();
    }

    await broker.start();
    expect(accepted.length).toBeGreaterThan(2);
    expect(await broker.bodies(queueUrl)).toEqual(accepted);
  });
});

/** The broker with files limited to 2 MiB. */
async function startLimited(dataDir: string) {
  const command = `trap '' XFSZ; ulimit -f 2048; exec "$0" dist/ops/broker.js --port 0 --data-dir "$1"`;
  const child = spawn('bash', ['-c', command, process.execPath, dataDir], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [line] = await once(child.stdout, 'data');
  return { child, endpoint: (JSON.parse(String(line)) as { listening: string }).listening };
}
