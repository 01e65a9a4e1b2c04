/**
 * Makes V8's code cache of a bundle, for the Node and the architecture that run this: `code-cache.mjs NAME`. Starts the
 * program as Lambda does, sends it the requests of a cold start, and keeps what was compiled. The stand-in for
 * SQS and DynamoDB gives the same useless answer to everything, since the compiled code is the same.
 */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { setTimeout as wait } from 'node:timers/promises';
import { constants, zstdCompressSync } from 'node:zlib';

const id = '00000000-0000-7000-8000-000000000000';
const event = {
  Records: [{ messageId: id, receiptHandle: id, body: JSON.stringify({ id, input: 1 }), attributes: {} }],
};
const REQUESTS = {
  producer: { portVariable: 'PORT', path: '/produce', body: { input: 1 } },
  consumer: { portVariable: 'CONSUMER_PORT', path: '/events', body: event },
};
const READY_WITHIN_MS = 120_000;

const [name] = process.argv.slice(2);
const { portVariable, path, body } = REQUESTS[name];
const { cacheOf, run } = createRequire(import.meta.url)('../dist/bundle/program.cjs');

async function listen() {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.setHeader('content-type', 'application/x-amz-json-1.0').end('{}'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

const standIn = await listen();
const free = await listen();
const [endpoint, port] = [`http://127.0.0.1:${standIn.address().port}`, free.address().port];
await new Promise((resolve) => free.close(resolve));
const context = JSON.stringify({ deadline: Date.now() + 8_000 });
Object.assign(process.env, {
  NODE_ENV: 'production',
  HOST: '127.0.0.1',
  [portVariable]: String(port),
  ALLOW_ANONYMOUS: 'true',
  AWS_LAMBDA_FUNCTION_NAME: name,
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_ENDPOINT_URL_SQS: endpoint,
  AWS_ENDPOINT_URL_DYNAMODB: endpoint,
  QUEUE_URL: `${endpoint}/000000000000/jobs`,
  DLQ_URL: `${endpoint}/000000000000/jobs-dlq`,
  RESULTS: 'dynamodb:results',
});

const script = run(name);
const url = `http://127.0.0.1:${port}`;
const deadline = Date.now() + READY_WITHIN_MS;
while (!(await fetch(`${url}/health/live`).catch(() => undefined))?.ok) {
  if (Date.now() > deadline) throw new Error(`The ${name} does not start.`);
  await wait(5);
}
const headers = { 'content-type': 'application/json', 'x-amzn-lambda-context': context };
await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
writeFileSync(
  cacheOf(name),
  zstdCompressSync(script.createCachedData(), { params: { [constants.ZSTD_c_compressionLevel]: 19 } }),
);
process.exit(0);
