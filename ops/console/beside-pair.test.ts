import { createServer } from 'node:http';
import { once } from 'node:events';
import { type App, endApps, runApp } from '../../test/harness/processes';
import { StartPlace } from '../../test/harness/start-place';

jest.setTimeout(90_000);

let place: StartPlace;

beforeEach(async () => {
  place = await StartPlace.make();
});

afterEach(async () => {
  await endApps();
  await place.remove();
});

const ADDRESS = /http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}$/;

/** Resolves to what the console's page would be told, through the address that was printed. */
async function overviewAt(app: App): Promise<unknown> {
  const [address = ''] = ADDRESS.exec(await app.line(ADDRESS)) ?? [];
  const { headers } = await fetch(address, { redirect: 'manual' });
  const cookie = (headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  return (await fetch(new URL('/api/overview', address), { headers: { cookie } })).json();
}

test('npm start has the console, and npm run console shows the same pair on a port of its own', async () => {
  const app = await place.start();
  const shown = { place: { badge: 'local', queue: 'jobs', deadLetters: 'jobs-dlq', store: 'sqlite' }, records: 'ok' };
  expect(await overviewAt(app)).toMatchObject(shown);
  const taken = runApp('dist/ops/console/main.js', { env: place.env });
  expect((await taken.exit()).code).toBe(1);
  expect(taken.lines).toEqual([expect.stringMatching(/^The port is taken: set CONSOLE_PORT to another one/)]);
  const wrong = runApp('dist/ops/console/main.js', { env: { QUEUE_URL: 'none' }, args: ['--port', 'x'] });
  expect((await wrong.exit()).code).toBe(2);
  expect(wrong.lines).toEqual([expect.stringMatching(/^error: .*It takes a port from 1 to 65535/)]);
  const args = ['--port', '0', '--read-only', '--badge', 'staging', '--mask', 'email, phone', 'name'];
  const unset = runApp('dist/ops/console/main.js', { env: { PORT: 'abc', POLLERS: 'many' } });
  expect((await unset.exit()).code).toBe(1);
  expect(unset.lines.join('\n')).toMatch(/PORT is "abc".*POLLERS is "many"/s);
  const own = runApp('dist/ops/console/main.js', { env: place.env, args });
  expect(await overviewAt(own)).toMatchObject({
    place: { ...shown.place, badge: 'staging', readOnly: true, masked: ['email', 'phone', 'name'] },
  });
  for (const one of [own, app]) {
    one.signal('SIGINT');
    expect((await one.exit()).code).toBe(0);
  }
});

test('a console port that is taken is one sentence, and the pair runs', async () => {
  const other = createServer().listen(Number(place.env['CONSOLE_PORT']), '127.0.0.1');
  await once(other, 'listening');
  try {
    const app = await place.start();
    await app.line(/console +none\. The port is taken: set CONSOLE_PORT to another one, or end what listens there\.$/);
    expect(await place.result(await place.produce(1))).toBeDefined();
  } finally {
    other.close();
  }
});
