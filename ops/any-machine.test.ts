import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../test/harness/eventually';
import { endApps, runApp } from '../test/harness/processes';
import { StartPlace } from '../test/harness/start-place';

jest.setTimeout(90_000);

let place: StartPlace;
let proxy: Server;
const asked: string[] = [];

beforeEach(async () => {
  place = await StartPlace.make();
  asked.length = 0;
  proxy = createServer((incoming, outgoing) => {
    asked.push(incoming.url ?? '');
    outgoing.writeHead(502).end();
  });
  proxy.on('connect', (incoming, socket) => {
    asked.push(incoming.url ?? '');
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
});
afterEach(async () => {
  await endApps();
  proxy.close();
  await place.remove();
});

async function doesAJob(more: Readonly<Record<string, string | undefined>>): Promise<void> {
  const app = await place.start(more);
  const location = await place.produce(41);
  await eventually(async () => {
    expect(await place.result(location)).toMatchObject({ status: 'done', result: 42 });
  });
  expect(await app.stop('SIGTERM', 40_000)).toEqual({ code: 0, signal: null });
}

describe('npm start, whatever the shell says of AWS,', () => {
  const OTHERS = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined, AWS_REGION: undefined };

  it.each([
    [
      'a profile that does not exist, and other endpoints',
      {
        AWS_PROFILE: 'no-such-profile',
        AWS_USE_FIPS_ENDPOINT: 'true',
        AWS_USE_DUALSTACK_ENDPOINT: 'true',
        AWS_DEFAULT_REGION: 'eu-west-1',
      },
    ],
    [
      'half of a key pair, and a proxy without a scheme',
      { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', HTTP_PROXY: 'proxy:3128', HTTPS_PROXY: 'proxy:3128' },
    ],
  ])('works with %s', async (_, variables) => {
    await doesAJob({ ...OTHERS, ...variables });
  });

  it('works with an empty key pair, and a config file of SSO, FIPS and endpoints elsewhere', async () => {
    const config = join(place.dataDir, 'config');
    await writeFile(
      config,
      `[default]
region = eu-west-1
use_fips_endpoint = true
endpoint_url = http://127.0.0.1:9
sso_start_url = https://example.awsapps.com/start
sso_account_id = 123456789012
sso_region = eu-west-1
sso_role_name = Developer
max_attempts = many
`,
    );
    await doesAJob({
      ...OTHERS,
      AWS_ACCESS_KEY_ID: '',
      AWS_SECRET_ACCESS_KEY: '',
      AWS_CONFIG_FILE: config,
      AWS_SHARED_CREDENTIALS_FILE: join(place.dataDir, 'none'),
    });
  });

  it('asks no proxy for what is on this machine', async () => {
    const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const variables = { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: address, HTTPS_PROXY: address, NO_PROXY: undefined };
    const lower = { http_proxy: undefined, https_proxy: undefined, no_proxy: undefined };
    const app = await place.start({ ...variables, ...lower });
    for (const variable of ['PORT', 'CONSUMER_PORT']) {
      const check = runApp('dist/service/healthy.js', {
        args: [variable],
        env: { ...place.env, ...variables, ...lower },
      });
      expect(await check.exit()).toEqual({ code: 0, signal: null });
    }
    expect(await app.stop('SIGTERM', 40_000)).toEqual({ code: 0, signal: null });
    expect(asked).toEqual([]);
  });
});

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
);
const HOSTS = ['127.0.0.2', 'localhost', ...(hasIpv6 ? ['::1', '::'] : [])];

describe('npm start and the health check of the image', () => {
  it.each(HOSTS)('work with HOST=%s', async (HOST) => {
    const env = { ...place.env, HOST, ALLOW_ANONYMOUS: 'true' };
    const app = await place.start({ HOST, ALLOW_ANONYMOUS: 'true' });
    for (const variable of ['PORT', 'CONSUMER_PORT']) {
      const check = runApp('dist/service/healthy.js', { args: [variable], env });
      expect(await check.exit()).toEqual({ code: 0, signal: null });
    }
    expect(await app.stop('SIGTERM', 40_000)).toEqual({ code: 0, signal: null });
  });

  it.each(['203.0.113.7', 'no-such-host.invalid', 'http://localhost'])(
    'say in one sentence that HOST=%s is no address of this machine',
    async (HOST) => {
      const app = runApp('dist/ops/start.js', { env: { ...place.env, HOST, ALLOW_ANONYMOUS: 'true' } });
      expect(await app.exit()).toEqual({ code: 1, signal: null });
      expect(app.lines).toEqual([expect.stringMatching(/^HOST names no address of this machine; it takes /)]);
    },
  );
});
