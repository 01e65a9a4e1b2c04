import { type Message } from '@aws-sdk/client-sqs';
import { type Answer, answerJson, edited } from '../../experiments/rig/proxy/sqs-call';
import { createWorkClient } from '../../transport/sqs/clients';
import { QueueUnavailable } from '../../transport/index';
import { envelope } from '../../transport/delivery/outgoing-message';
import { Sender } from '../../transport/sqs/sender';
import { withBroker } from '../harness/broker';
import { behindProxies, scripted, Script, startConsumer, type RunningConsumer } from '../harness/consumer';
import { eventually } from '../harness/eventually';
import { Log } from '../harness/log';

const broker = withBroker();
const { it, own } = behindProxies(broker, async () => ({
  queues: await broker().createQueues({ numbers: { visibilityTimeoutSeconds: 2 } }),
  script: new Script(),
  log: new Log(),
}));

const throughProxy = (): { endpoint: string; region: string } => ({
  endpoint: own().proxy.endpoint,
  region: broker().region,
});
function start(): Promise<RunningConsumer> {
  const { queues, script, log } = own();
  return startConsumer({ broker: throughProxy(), queues, ...scripted(script), logger: log });
}
const send = (count: number): Promise<string[]> =>
  Promise.all(Array.from({ length: count }, () => broker().send(own().queues.queueUrl, '{}')));

/** Changes one message of the first receive that brings any; resolves to its id. */
function spoilOne(spoil: (message: Message) => Message): Promise<string> {
  return new Promise((spoilt) => {
    let done = false;
    const spoilFirst = ({ Messages: messages = [] }: { Messages?: Message[] }): unknown => {
      const [first, ...others] = messages;
      if (done || !first) return { Messages: messages };
      done = true;
      spoilt(first.MessageId ?? '');
      return { Messages: [spoil(first), ...others] };
    };
    own().proxy.rule('ReceiveMessage', edited(spoilFirst));
  });
}

const NO_MD5 = '0'.repeat(32);
const withoutId = (message: Message): Message => ({ ...message, MessageId: '' });
const withoutHandle = (message: Message): Message => ({ ...message, ReceiptHandle: '' });
const damaged = (message: Message): Message => ({ ...message, MD5OfBody: NO_MD5 });
const shortened = (message: Message): Message => ({ ...message, Body: '{' });

it.each([
  ['whose MD5 is another', damaged],
  ['whose body is cut', shortened],
  ['without a MessageId', withoutId],
  ['without a receipt handle', withoutHandle],
])('leaves one message of ten %s in the queue, and runs it when it comes again', async (_case, spoil) => {
  const { queues, script, log } = own();
  const sent = await send(10);
  const spoilt = spoilOne(spoil);
  await start();
  const left = await spoilt;
  await eventually(() => script.runs.length === 9);
  expect(script.runs.map(({ messageId }) => messageId)).not.toContain(left);
  await eventually(() => broker().isEmpty(queues.queueUrl));
  expect(script.runs.map(({ messageId }) => messageId).sort()).toEqual(sent.sort());
  expect(script.runs.find(({ messageId }) => messageId === left)?.receiveCount).toBe(2);
  expect(log.matching(/1 messages? came/)).toHaveLength(1);
});

it('backs off from a queue whose long polls are empty at once, and says that it is failing', async () => {
  const { proxy, script } = own();
  proxy.rule('ReceiveMessage', 'empty');
  const consumer = await start();
  await eventually(() => consumer.transport.status().failing);
  // Three failures take at least 0.125 + 0.25 s of waiting; without a backoff they are hundreds.
  expect(proxy.count('ReceiveMessage')).toBeLessThan(10);
  const sent = await send(3);
  proxy.clear();
  await eventually(() => script.runs.length === sent.length, { withinMs: 15_000 });
  await eventually(() => !consumer.transport.status().failing);
});

it('does not open while the queue has no visibility timeout: everybody would get each message', async () => {
  const { proxy, queues, script, log } = own();
  let seconds = '0';
  proxy.rule(
    'GetQueueAttributes',
    edited(({ Attributes }: { Attributes: object }) => ({
      Attributes: { ...Attributes, VisibilityTimeout: seconds },
    })),
  );
  const consumer = await start();
  await send(1);
  await eventually(() => log.matching(/visibility timeout of 0 s/).length > 1);
  expect({ open: consumer.transport.status().open, runs: script.runs.length }).toEqual({ open: false, runs: 0 });
  seconds = '2';
  await eventually(() => broker().isEmpty(queues.queueUrl), { withinMs: 15_000 });
  expect(script.runs).toHaveLength(1);
});

describe('a sender', () => {
  /** On the queue of the test, until its sends have ended. */
  async function sendAll(count: number): Promise<PromiseSettledResult<unknown>[]> {
    const { queueUrl } = own().queues;
    const client = createWorkClient({ queueUrl, ...throughProxy() });
    const sender = new Sender(client, queueUrl);
    const bodies = Array.from({ length: count }, (_, index) => String(index));
    const answers = await Promise.allSettled(
      bodies.map((body) => sender.send({ body, attributes: envelope('job', 1) })),
    );
    await sender.close();
    client.destroy();
    return answers;
  }
  const answering = (answer: Answer): void => {
    own().proxy.rule('SendMessageBatch', { answer: () => Promise.resolve(answer) });
  };

  it('fails the one entry of which SQS took another body', async () => {
    interface Sent {
      readonly Successful: readonly { readonly Id: string }[];
    }
    own().proxy.rule(
      'SendMessageBatch',
      edited(({ Successful }: Sent) => ({
        Successful: Successful.map((entry) => (entry.Id === '3' ? { ...entry, MD5OfMessageBody: NO_MD5 } : entry)),
      })),
    );
    const answers = await sendAll(10);
    const failed = answers.flatMap((answer, position) =>
      answer.status === 'rejected' ? [[position, answer.reason]] : [],
    );
    expect(failed).toEqual([[3, expect.any(QueueUnavailable)]]);
    expect(String(failed[0]?.[1])).toMatch(/MD5/);
  });

  it.each(['', ' ', '00', '1e0', '-1', '0.5', '10', '20000000', 'NaN'])(
    'takes nothing for accepted by the id %p, which it did not ask for',
    async (Id) => {
      answering(answerJson({ Successful: [{ Id, MessageId: 'x' }] }));
      const answers = await sendAll(2);
      expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    },
  );

  it('takes an entry that is named both accepted and failed for failed', async () => {
    answering(answerJson({ Successful: [{ Id: '0', MessageId: 'x' }], Failed: [{ Id: '0', Code: 'InternalError' }] }));
    expect(await sendAll(1)).toMatchObject([{ status: 'rejected', reason: { code: 'QUEUE_UNAVAILABLE' } }]);
  });
});
