import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { leanClient } from '../sqs/clients';

interface Signed {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const keyed = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** Signature Version 4 by AWS's description, from what a server sees: for a path of plain characters and no query. */
function signatureOf({ method, path, headers, body }: Signed, secret: string): string {
  const { authorization = '' } = headers;
  const [, scope = '', signed = ''] = /Credential=[^/]+\/(\S+), SignedHeaders=(\S+), /.exec(authorization) ?? [];
  const lines = signed.split(';').map((name) => `${name}:${headers[name]}`);
  const canonical = [method, path, '', ...lines, '', signed, hash(body)].join('\n');
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, hash(canonical)].join('\n');
  const key = scope.split('/').reduce<string | Buffer>(keyed, `AWS4${secret}`);
  return keyed(key, text).toString('hex');
}

const AWS_SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const CREDENTIAL = 'Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request';

it.each([
  ['GET', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
  ['POST', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
])("finds what AWS's published cases give: %s, vanilla", (method, signature) => {
  const headers = {
    host: 'example.amazonaws.com',
    'x-amz-date': '20150830T123600Z',
    authorization: `AWS4-HMAC-SHA256 ${CREDENTIAL}, SignedHeaders=host;x-amz-date, Signature=${signature}`,
  };
  expect(signatureOf({ method, path: '/', headers, body: '' }, AWS_SECRET)).toBe(signature);
});

it('signs each call so that AWS would take it', async () => {
  const heard: Signed[] = [];
  const server = createServer((incoming, outgoing) => {
    let body = '';
    incoming.setEncoding('utf8').on('data', (part: string) => (body += part));
    incoming.on('end', () => {
      const { method = '', url: path = '', headers } = incoming;
      heard.push({ method, path, headers: headers as Record<string, string>, body });
      outgoing.setHeader('content-type', 'application/x-amz-json-1.0').end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: AWS_SECRET, sessionToken: 'a token' };
  const client = new SQSClient({ region: 'eu-west-1', endpoint, credentials });
  const lean = leanClient(client);
  for (const Name of ['one', 'two', 'three']) {
    await lean.send(new ReceiveMessageCommand({ QueueUrl: `${endpoint}/0/jobs`, MessageAttributeNames: [Name] }));
  }
  client.destroy();
  server.close();
  const given = heard.map(({ headers }) => /Signature=(\w+)/.exec(headers['authorization'] ?? '')?.[1]);
  expect(new Set(given).size).toBe(3);
  expect(given).toEqual(heard.map((call) => signatureOf(call, AWS_SECRET)));
});
