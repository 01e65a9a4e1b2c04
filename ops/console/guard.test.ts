import { connect } from 'node:net';
import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import { TestConsole } from '../../test/harness/console';

/** No broker answers there: what the guard lets through is a 503. */
const NOWHERE = {
  AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:1',
  QUEUE_URL: 'http://127.0.0.1:1/q',
  DLQ_URL: 'http://127.0.0.1:1/d',
  RESULTS: 'none',
};

let page: TestConsole;

beforeEach(async () => {
  page = await TestConsole.start(NOWHERE);
});

afterEach(() => page.close());

/** One request as it is written; resolves to the whole answer once the server has closed. */
async function raw(lines: readonly string[]): Promise<string> {
  const socket = connect(Number(new URL(page.origin).port), '127.0.0.1');
  socket.end(`${[...lines, 'connection: close'].join('\r\n')}\r\n\r\n`);
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  await once(socket, 'close');
  return text;
}

const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);

describe('who may ask', () => {
  test.each([
    ['rebound.example', 403],
    ['rebound.example:3002', 403],
    ['127.0.0.1.rebound.example', 403],
    ['localhost.rebound.example', 403],
    ['evil@127.0.0.1', 403],
    ['0.0.0.0', 403],
    ['[::1]', 200],
    ['localhost:8080', 200],
    ['127.0.0.1', 200],
    ['LOCALHOST', 403],
    ['', 403],
  ])('of the host %p is answered %d', async (host, status) => {
    const answer = await raw(['GET / HTTP/1.1', `host: ${host}`, `cookie: ${page.own['cookie'] ?? ''}`]);
    expect(statusOf(answer)).toBe(status);
  });

  test('nobody by HTTP/1.0 without a host, nor by an address of another host', async () => {
    const cookie = `cookie: ${page.own['cookie'] ?? ''}`;
    expect(statusOf(await raw(['GET / HTTP/1.0', cookie]))).toBe(403);
    expect(statusOf(await raw(['GET http://rebound.example/ HTTP/1.1', 'host: 127.0.0.1', cookie]))).toBe(400);
    expect(statusOf(await raw(['GET / HTTP/1.1', cookie]))).toBe(400);
  });

  test('only whoever has the token or the cookie', async () => {
    const { token = '' } = Object.fromEntries(new URL(page.address).searchParams) as { token?: string };
    for (const path of [
      '/',
      '/assets/a.js',
      '/api/overview',
      '/api/events',
      '/none',
      '/?token',
      '/?token=',
      '/?Token=a',
    ])
      expect({ path, ...(await page.ask(path, {})) }).toMatchObject({ path, status: 401 });
    const wrong = [token.slice(1), `${token}a`, `${token.slice(0, -1)}!`, '%00', 'a'.repeat(10_000)];
    for (const one of wrong) expect(await page.ask(`/?token=${one}`, {})).toMatchObject({ status: 401 });
    expect((await page.ask(`/?token=${token}&token=${token}`, {})).status).toBe(401);
    const name = (page.own['cookie'] ?? '').split('=')[0] ?? '';
    for (const cookie of ['', name, `${name}=`, `${name}=${token}`, `other=${token}`, `x${page.own['cookie'] ?? ''}`])
      expect((await page.ask('/', { cookie })).status).toBe(401);
    expect((await page.ask('/', { cookie: `a=b; ${page.own['cookie'] ?? ''};c=d` })).status).toBe(200);
  });

  test('the address works as often as asked, and its cookie is for this page alone', async () => {
    for (let time = 0; time < 2; time += 1) {
      const { status, headers } = await page.ask(page.address, {});
      expect([status, headers.get('location')]).toEqual([303, '/']);
      expect(headers.get('set-cookie')).toMatch(/^plusone_console_\d+=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/$/);
    }
    const { status, body } = await page.ask(page.address, { 'sec-fetch-site': 'cross-site' });
    expect([status, body]).toEqual([200, expect.stringContaining('content="0;url=/"')]);
  });
});

describe('what another page may not do', () => {
  const ASKS = ['/api/look', '/api/confirmations', '/api/tasks', `/api/tasks/${randomUUID()}/cancel`];

  test.each(ASKS)('POST %s from elsewhere is 403', async (path) => {
    const { cookie = '', origin = '' } = page.own;
    const site = 'sec-fetch-site';
    const others = [
      { cookie },
      { cookie, origin },
      { cookie, [site]: 'same-origin' },
      { cookie, origin, [site]: 'cross-site' },
      { cookie, origin, [site]: 'same-site' },
      { cookie, origin, [site]: 'none' },
      { cookie, origin: 'http://127.0.0.1:1', [site]: 'same-origin' },
      { cookie, origin: 'null', [site]: 'same-origin' },
      { cookie, origin: origin.replace('127.0.0.1', 'localhost'), [site]: 'same-origin' },
    ];
    for (const headers of others) {
      const { status, body } = await page.ask(path, headers, { method: 'POST' });
      expect({ headers, status, body }).toMatchObject({ status: 403, body: { detail: expect.any(String) as string } });
    }
    expect((await page.post(path)).status).not.toBe(403);
  });

  test('nor read: another port of this host has the cookie too', async () => {
    const { cookie = '' } = page.own;
    for (const site of ['same-site', 'cross-site'])
      for (const path of ['/api/tasks', '/%61pi/tasks', '/api/events', '/assets/a.js', '/none'])
        expect((await page.ask(path, { cookie, 'sec-fetch-site': site })).status).toBe(403);
    expect((await page.ask('/api/tasks', { cookie, origin: 'http://127.0.0.1:8080' })).status).toBe(403);
    expect((await page.ask('/api/tasks', { cookie, 'sec-fetch-site': 'none' })).status).toBe(200);
  });

  test.each(ASKS)('GET %s changes nothing', async (path) => {
    expect([200, 404]).toContain((await page.get(path)).status);
    expect((await page.get<unknown[]>('/api/tasks')).body).toEqual([]);
  });

  test.each(['HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PATCH'])('%s is 405', async (method) => {
    for (const path of ['/', '/api/tasks', '/api/events', '/none']) {
      const { status, headers } = await page.ask(path, page.own, { method });
      expect([status, headers.get('allow')]).toEqual([405, 'GET, POST']);
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
  });
});

describe('what is sent', () => {
  test('has headers that keep it here, whatever the answer', async () => {
    const { cookie = '' } = page.own;
    const answers = [
      await page.get('/'),
      await page.get('/api/tasks'),
      await page.get('/none'),
      await page.get('/api/jobs/%zz'),
      await page.ask('/', {}),
      await page.ask(page.address, {}),
      await page.ask('/api/look', { cookie }, { method: 'POST' }),
    ];
    for (const { headers } of answers) {
      expect(Object.fromEntries(headers)).toMatchObject({
        'cache-control': 'no-store',
        'content-security-policy': expect.stringMatching(
          /^default-src 'none'; script-src 'self'( 'sha256-[^']+')*; .*frame-ancestors 'none'$/,
        ) as string,
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
      });
      expect(headers.get('content-security-policy')).not.toContain('unsafe');
    }
  });

  test.each([
    '../../../package.json',
    '..%2f..%2fpackage.json',
    '%2e%2e/%2e%2e/package.json',
    '..\\package.json',
    'files.ts',
    'index.html',
    '',
    '__proto__',
    '%00',
    '/etc/passwd',
  ])('is never a file beside the page: /assets/%s', async (name) => {
    const answer = await raw([
      `GET /assets/${name} HTTP/1.1`,
      'host: localhost',
      `cookie: ${page.own['cookie'] ?? ''}`,
    ]);
    expect(statusOf(answer)).toBe(404);
  });
});

describe('what is asked', () => {
  const json = { 'content-type': 'application/json' };
  const post = (body: string, headers: Record<string, string> = json) =>
    page.ask('/api/confirmations', { ...page.own, ...headers }, { method: 'POST', body });

  test.each([
    ['an action that is none', '{"action":"explode"}', 400],
    ['nothing of the letters', '{"action":"retry"}', 503],
    ['no JSON', '{"action":', 400],
    ['nothing', '', 400],
    ['an array', '[]', 400],
    ['null', 'null', 400],
    ['a member of every object', '{"__proto__":{"action":"retry"}}', 400],
    ['too much', `{"action":"${'a'.repeat(3_000_000)}"}`, 413],
    ['a rate that is none', '{"action":"retry","filter":{},"rate":0.5}', 400],
  ])('with %s is refused', async (_, body, status) => {
    expect(await post(body)).toMatchObject({ status, body: { title: expect.any(String) as string } });
  });

  test('by a form or text is 415', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=a'])
      expect((await post('{"action":"purge"}', { 'content-type': type })).status).toBe(415);
  });

  test('with a filter that cannot be is 400', async () => {
    const wrong = [
      'since=never',
      'limit=0',
      'limit=201',
      'limit=x',
      'after=x',
      `text=${'a'.repeat(1_001)}`,
      'text=a&text=b',
      'held=x',
    ];
    for (const query of wrong)
      expect({ query, ...(await page.get(`/api/failures?${query}`)) }).toMatchObject({ query, status: 400 });
    expect(await page.get('/api/failures?text=%5B(*')).toMatchObject({ status: 200 });
  });
});

test('with --read-only the server refuses every change, and still looks', async () => {
  const reader = await TestConsole.start(NOWHERE, { readOnly: true });
  try {
    for (const path of ['/api/confirmations', '/api/tasks', '/api/send', '/api/pause', '/api/jobs/a/edit', '/api/none'])
      expect({ path, ...(await reader.post(path, {})) }).toMatchObject({ path, status: 403 });
    expect((await reader.post('/api/look')).status).toBe(202);
    expect((await reader.get('/api/overview')).body).toMatchObject({ place: { readOnly: true } });
  } finally {
    await reader.close();
  }
});
