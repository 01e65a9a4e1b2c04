import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { join, relative } from 'node:path';
import { ForwardProxy } from './harness/forward-proxy';
import { ROOT, runApp } from './harness/processes';

/** A call to SQS, bundled with undici as the images are. */
const CALL = `
  const { ListQueuesCommand } = require('@aws-sdk/client-sqs');
  const { createWorkClient } = require('./dist/transport/sqs/clients.js');
  const [endpoint] = process.argv.slice(2);
  createWorkClient({ queueUrl: endpoint + '/0/jobs', endpoint, region: 'us-east-1' })
    .send(new ListQueuesCommand({}))
    .then(({ QueueUrls }) => { console.log(QueueUrls.join()); process.exit(0); }, (error) => { console.log(String(error)); process.exit(1); });`;

const BUNDLE = `
  import { build } from 'esbuild';
  import { undici } from './docker/undici.mjs';
  const [contents, outfile] = process.argv.slice(1);
  await build({ stdin: { contents, resolveDir: '.' }, outfile, bundle: true, platform: 'node', external: ['@nestjs/*'], plugins: [undici] });`;

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

it('a proxy serves SQS in an image, whose undici has no more than it uses', async () => {
  // Beside the packages that stay outside of it.
  const folder = await mkdtemp(join(ROOT, 'dist', 'bundled-proxy-'));
  ends.push(() => rm(folder, { recursive: true }));
  const outfile = join(folder, 'call.js');
  const bundling = spawnSync(process.execPath, ['--input-type=module', '-e', BUNDLE, CALL, outfile], { cwd: ROOT });
  expect(bundling.stderr.toString()).toBe('');
  const sqs = createServer((incoming, outgoing) => {
    incoming.resume().on('end', () => {
      outgoing.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end('{"QueueUrls":["reached"]}');
    });
  }).listen(0, '127.0.0.1');
  await once(sqs, 'listening');
  const proxy = await ForwardProxy.start();
  ends.push(() => {
    proxy.close();
    sqs.close();
    sqs.closeAllConnections();
  });
  const { port } = sqs.address() as AddressInfo;
  const app = runApp(relative(ROOT, outfile), {
    args: [`http://sqs.outside.test:${port}`],
    env: { http_proxy: proxy.url, no_proxy: '' },
  });
  expect(await app.exit()).toEqual({ code: 0, signal: null });
  expect(app.lines).toEqual(['reached']);
  expect(proxy.asked).toEqual([`sqs.outside.test:${port}`]);
});
