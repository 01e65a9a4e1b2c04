import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { leanClient } from '../sqs/clients';

type SqsCommand = Parameters<SQSClient['send']>[0];

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Heard {
  readonly line: string;
  readonly headers: readonly string[];
  readonly body: Buffer;
}

const TYPE = { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': 'the-request' };

let server: Server;
let endpoint: string;
let heard: Heard[];
let answers: (Answer | 'reset')[];
let clients: SQSClient[];

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

beforeEach(async () => {
  heard = [];
  answers = [];
  clients = [];
  server = createServer((incoming, outgoing) => {
    void bodyOf(incoming).then((body) => {
      heard.push({ line: `${incoming.method} ${incoming.url}`, headers: incoming.rawHeaders, body });
      const answer = answers.shift() ?? { body: '{}' };
      if (answer === 'reset') incoming.socket.destroy();
      else outgoing.writeHead(answer.status ?? 200, { ...TYPE, ...answer.headers }).end(answer.body);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => {
  for (const client of clients) client.destroy();
  server.close();
});

function newClient(): SQSClient {
  const credentials = { accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'session+token/=' };
  const client = new SQSClient({ region: 'eu-west-1', endpoint, credentials, md5: false, maxAttempts: 2 });
  clients.push(client);
  return client;
}

const QUEUE = 'http://127.0.0.1:9324/000000000000/jobs.fifo';
const TEXT = 'ünï ☃ 😀 \ud800 "quoted" \\ \u0000\u0008\t\n\f\r\u001f \u007f \u2028 </script>';
const BYTES = Uint8Array.from({ length: 256 }, (_, byte) => byte);

const receive = (input: object = {}): ReceiveMessageCommand => new ReceiveMessageCommand({ QueueUrl: QUEUE, ...input });
const send = (...Entries: object[]): SqsCommand =>
  new SendMessageBatchCommand({ QueueUrl: QUEUE, Entries: Entries as never }) as never;
const remove = (...Entries: object[]): SqsCommand =>
  new DeleteMessageBatchCommand({ QueueUrl: QUEUE, Entries: Entries as never }) as never;
const show = (...Entries: object[]): SqsCommand =>
  new ChangeMessageVisibilityBatchCommand({ QueueUrl: QUEUE, Entries: Entries as never }) as never;

const COMMANDS: readonly (readonly [string, () => unknown])[] = [
  ['a receive of nothing but its queue', () => receive()],
  [
    'a receive with everything',
    () =>
      receive({
        ReceiveRequestAttemptId: 'again',
        WaitTimeSeconds: 20,
        VisibilityTimeout: 0,
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ['All', 'ünï'],
        MessageSystemAttributeNames: ['All'],
        AttributeNames: [],
      }),
  ],
  [
    'a receive with what is unknown or empty',
    () => receive({ Strange: 1, WaitTimeSeconds: undefined, VisibilityTimeout: null }),
  ],
  ['a send of texts', () => send({ MessageBody: TEXT, Id: '0' }, { Id: '1', MessageBody: '' })],
  ['a send of large texts', () => send({ Id: '0', MessageBody: 'ü☃😀"'.repeat(20_000) })],
  [
    'a send with attributes',
    () =>
      send({
        Id: '0',
        MessageBody: '{}',
        MessageAttributes: {
          ünï: { StringValue: TEXT, DataType: 'String' },
          bytes: { DataType: 'Binary', BinaryValue: BYTES },
          none: { DataType: 'Binary', BinaryValue: new Uint8Array() },
          buffer: { DataType: 'Binary.png', BinaryValue: Buffer.from('png') },
          list: { DataType: 'String', StringListValues: ['a'], BinaryListValues: [BYTES] },
        },
        MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: 'Root=1-2-3' } },
      }),
  ],
  [
    'a send to a FIFO queue, with a delay',
    () => send({ MessageGroupId: 'g', MessageDeduplicationId: 'd', DelaySeconds: 0, MessageBody: '{}', Id: '0' }),
  ],
  ['a send of nothing', () => send()],
  ['a delete', () => remove({ ReceiptHandle: 'handle==', Id: '0' })],
  ['a delete of nothing', () => remove()],
  [
    'a change of visibility',
    () =>
      show(
        { VisibilityTimeout: 0, Id: '0', ReceiptHandle: 'a' },
        { Id: '1', ReceiptHandle: 'b', VisibilityTimeout: 43_200 },
      ),
  ],
];

/** What is another for each call, for either. */
const OWN = /^(amz-sdk-invocation-id|x-amz-date|authorization)$/;

const ALWAYS_NEW = /[0-9a-f]{64}$|\d{8}T\d{6}Z|\d{8}(?=\/)|^[0-9a-f-]{36}$/g;

const comparable = ({ line, headers, body }: Heard): object => ({
  line,
  headers: headers.map((text, index) => (OWN.test(headers[index - 1] ?? '') ? text.replace(ALWAYS_NEW, 'x') : text)),
  body: body.toString('latin1'),
});

it.each(COMMANDS)('asks byte for byte as the SDK does: %s', async (_, command) => {
  const ask = (client: SQSClient): Promise<unknown> => client.send(command() as SqsCommand);
  await ask(newClient());
  const lean = leanClient(newClient());
  for (let call = 0; call < 3; call += 1) await ask(lean);
  const [bySdk, first, second, third] = heard.map(comparable);
  expect([first, second, third]).toEqual([bySdk, bySdk, bySdk]);
});

const MESSAGE = {
  MessageId: 'one',
  ReceiptHandle: 'handle',
  MD5OfBody: 'md5',
  Body: TEXT,
  Attributes: { SentTimestamp: '1', Odd: null },
  MessageAttributes: {
    bytes: { DataType: 'Binary', BinaryValue: 'AAEC/w==' },
    text: { DataType: 'String', StringValue: 'a' },
  },
  Strange: 1,
};

const ANSWERS: readonly (readonly [string, Answer])[] = [
  ['messages', { body: JSON.stringify({ Messages: [MESSAGE, { Body: '' }] }) }],
  ['no messages', { body: '{}' }],
  ['null for messages', { body: '{"Messages":null}' }],
  ['an empty body', { body: '' }],
  ['nulls among messages', { body: '{"Messages":[null,{"MessageId":null,"MessageAttributes":{"a":null}}]}' }],
  ['other kinds of values', { body: '{"Messages":{"a":1},"Failed":7}' }],
  ['messages that are text', { body: '{"Messages":["a",1,[]]}' }],
  ['a name of Object.prototype', { body: '{"Messages":[{"MessageAttributes":{"valueOf":{}}}],"toString":1}' }],
  ['an answer with a type', { body: '{"__type":"a#B","Messages":[],"Other":1}' }],
  ['what is no JSON', { body: '<html>' }],
  ['JSON that breaks off', { body: '{"Messages":[' }],
  ['a list', { body: '[1]' }],
  ['a text', { body: '"a"' }],
  ['null', { body: 'null' }],
  ['other ids of the request', { body: '{}', headers: { 'x-amz-id-2': 'two', 'x-amz-cf-id': 'cf' } }],
  ['another success', { status: 202, body: '{"Messages":[]}' }],
  [
    'a queue that does not exist',
    { status: 400, body: '{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"No such queue."}' },
  ],
  [
    'an error in the old words',
    {
      status: 400,
      headers: { 'x-amzn-query-error': 'AWS.SimpleQueueService.NonExistentQueue;Sender' },
      body: '{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"No such queue."}',
    },
  ],
  ['access denied', { status: 403, body: '{"__type":"AccessDeniedException","Message":"No."}' }],
  ['an unknown error', { status: 418, body: '{}' }],
  ['an error that is no JSON', { status: 400, body: '<html>' }],
  ['a redirect', { status: 301, headers: { location: 'http://127.0.0.1:1' }, body: '' }],
];

/** What a caller can see of an answer or an error. */
async function outcomeOf(client: SQSClient): Promise<object> {
  try {
    return { output: await client.send(receive()) };
  } catch (error) {
    const { name, message, ...others } = error as Error;
    return {
      name,
      message,
      others,
      kind: (error as Error).constructor.name,
      response: '$response' in (error as Error),
    };
  }
}

it.each(ANSWERS)('answers as the SDK does: %s', async (_, answer) => {
  const lean = leanClient(newClient());
  await lean.send(receive());
  answers = [answer, answer, answer];
  expect(await outcomeOf(lean)).toEqual(await outcomeOf(newClient()));
});

it('keeps an attribute of any name', async () => {
  const lean = leanClient(newClient());
  answers = [{ body: '{"Messages":[{"MessageAttributes":{"__proto__":{"DataType":"String","StringValue":"a"}}}]}' }];
  const { Messages: [message] = [] } = await lean.send(receive());
  expect(Object.entries(message?.MessageAttributes ?? {})).toEqual([
    ['__proto__', { DataType: 'String', StringValue: 'a' }],
  ]);
});

it.each([
  ['a server that fails', { status: 500, body: '{}' }],
  ['a throttle', { status: 400, body: '{"__type":"RequestThrottled","message":"Slow down."}' }],
  ['an unavailable server that is no JSON', { status: 503, body: '<html>' }],
  ['a connection that ends', 'reset'],
] as const)('tries again as the SDK does: %s', async (_, failure) => {
  const lean = leanClient(newClient());
  await lean.send(receive());
  heard = [];
  answers = [failure];
  const output = await lean.send(receive());
  expect(output.$metadata.attempts).toBe(2);
  const attempts = heard.map(({ headers }) => headers[headers.indexOf('amz-sdk-request') + 1]);
  expect(attempts).toEqual(['attempt=1; max=2', 'attempt=2; max=2']);
  answers = [failure, failure];
  const failed = await outcomeOf(lean);
  answers = [failure, failure];
  const bySdk = await outcomeOf(newClient());
  expect({ ...failed, others: null }).toEqual({ ...bySdk, others: null });
});

it('is right again after its clock was wrong, as the SDK is', async () => {
  const lean = leanClient(newClient());
  await lean.send(receive());
  const date = new Date(Date.now() + 3_600_000);
  answers = [
    {
      status: 403,
      headers: { date: date.toUTCString() },
      body: '{"__type":"InvalidSignatureException","message":"Signature expired: now"}',
    },
  ];
  const output = await lean.send(receive());
  expect(output.$metadata.attempts).toBe(2);
  const hours = heard.map(({ headers }) => headers[headers.indexOf('x-amz-date') + 1]?.slice(0, 11));
  expect(hours[2]).toBe(date.toISOString().replace(/[-:]/g, '').slice(0, 11));
});

it('calls that are under way together do not mix', async () => {
  const lean = leanClient(newClient());
  const bodies = (): string[] => heard.map(({ body }) => body.toString()).sort();
  const all = Array.from({ length: 30 }, (_, index) => `m${index}`);
  for (let round = 0; round < 3; round += 1) {
    heard = [];
    await Promise.all(all.map((Id) => lean.send(send({ Id, MessageBody: Id }))));
    const expected = all.map((Id) => JSON.stringify({ QueueUrl: QUEUE, Entries: [{ Id, MessageBody: Id }] })).sort();
    expect(bodies()).toEqual(expected);
  }
});

it('an aborted call ends, and the next one is not hurt', async () => {
  const lean = leanClient(newClient());
  await lean.send(receive());
  const abort = new AbortController();
  server.once('request', () => {
    abort.abort();
  });
  await expect(lean.send(receive(), { abortSignal: abort.signal })).rejects.toMatchObject({ name: 'AbortError' });
  await expect(lean.send(receive(), { abortSignal: abort.signal })).rejects.toMatchObject({ name: 'AbortError' });
  await expect(lean.send(receive())).resolves.toMatchObject({ $metadata: { httpStatusCode: 200 } });
});

it('a client with middleware, or a logger, of its own is used as it is', () => {
  const own = newClient();
  own.middlewareStack.add((next) => (call) => next(call), { step: 'build', name: 'own' });
  expect(leanClient(own)).toBe(own);
  const logging = new SQSClient({ region: 'eu-west-1', logger: console });
  clients.push(logging);
  expect(leanClient(logging)).toBe(logging);
});

it('takes credentials that were changed meanwhile', async () => {
  let accessKeyId = 'first';
  const credentials = (): Promise<object> =>
    Promise.resolve({ accessKeyId, secretAccessKey: 's', expiration: new Date(Date.now() + 1_000) });
  const client = new SQSClient({ region: 'eu-west-1', endpoint, credentials: credentials as never, md5: false });
  clients.push(client);
  const lean = leanClient(client);
  await lean.send(receive());
  await lean.send(receive());
  accessKeyId = 'second';
  await lean.send(receive());
  const keys = heard.map(({ headers }) => /Credential=(\w+)\//.exec(headers.join(' '))?.[1]);
  expect(keys).toEqual(['first', 'first', 'second']);
});
