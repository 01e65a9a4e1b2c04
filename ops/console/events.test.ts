import { setTimeout as wait } from 'node:timers/promises';
import { startFaultProxy } from '../../experiments/rig/proxy/fault-proxy';
import { PageEvents, TestConsole } from '../../test/harness/console';
import { eventually } from '../../test/harness/eventually';
import { JobsCommands } from '../../test/harness/jobs-commands';
import { sideBySide } from '../../test/harness/side-by-side';

const { it, own } = sideBySide({ open: () => JobsCommands.start(false), close: (on) => on.close() });

it('many pages share one poll, which ends with the last of them', async () => {
  const on = own();
  const proxy = await startFaultProxy(on.pair.variables['AWS_ENDPOINT_URL_SQS'] ?? '');
  const polls = (): number => proxy.count('GetQueueAttributes');
  const page = await TestConsole.start({ ...on.variables, AWS_ENDPOINT_URL_SQS: proxy.endpoint });
  try {
    expect(polls()).toBe(0);
    const open = await Promise.all(Array.from({ length: 5 }, () => PageEvents.open(page)));
    for (const events of open) await eventually(() => events.of('overview').length >= 2);
    // Two queues each time, and what opening and the first look asked.
    const shared = Math.max(...open.map((events) => events.of('overview').length));
    expect(polls()).toBeLessThan(2 * (shared + 1) + 5);
    for (const events of open) events.close();
    await eventually(async () => {
      const before = polls();
      // Longer than the pause between two polls.
      await wait(2_500);
      return polls() === before;
    });
  } finally {
    await page.close();
    await proxy.close();
  }
});

it('a page is notified of looks and tasks, and one that opens later gets the earlier ones', async () => {
  const on = own();
  const [id = ''] = await on.fail(3);
  const page = await TestConsole.start(on.variables);
  const events = await PageEvents.open(page);
  try {
    await eventually(() => events.of('snapshot').some((state) => state['looking'] === false && state['total'] === 3));
    on.broken = false;
    await page.change({ action: 'retry', ids: [id] });
    await eventually(() => events.of('task').some((task) => task['state'] === 'done'));
    await eventually(() => events.of('snapshot').at(-1)?.['total'] === 2);
    const later = await PageEvents.open(page);
    await eventually(() => later.of('task').length === 1 && later.of('overview').length > 0);
    expect(later.of('task')).toMatchObject([{ state: 'done', action: 'retry', done: 1 }]);
    expect(later.of('snapshot')[0]).toMatchObject({ total: 2, looking: false });
  } finally {
    events.close();
    await page.close();
  }
});

it.each(['drop', 'blackhole'] as const)(
  'a broker that is unavailable (%s) is said, and heals',
  async (fault) => {
    const on = own();
    await on.fail(2);
    const proxy = await startFaultProxy(on.pair.variables['AWS_ENDPOINT_URL_SQS'] ?? '');
    let broken = true;
    proxy.rule('*', () => (broken ? fault : 'pass'));
    const page = await TestConsole.start({ ...on.variables, AWS_ENDPOINT_URL_SQS: proxy.endpoint });
    const events = await PageEvents.open(page);
    const latest = () => events.of('overview').at(-1);
    const unavailable = { unavailable: expect.any(String) as string };
    try {
      await eventually(() => latest() !== undefined);
      expect(latest()).toMatchObject({ place: { queue: null, fifo: null }, queue: unavailable, dead: unavailable });
      const { status, headers, body } = await page.post('/api/confirmations', { action: 'purge' });
      expect({ status, body }).toMatchObject({ status: 503, body: { detail: expect.any(String) as string } });
      expect(headers.get('retry-after')).toBe('2');
      broken = false;
      await eventually(() => latest()?.['records'] === 'ok');
      expect(latest()).toMatchObject({ queue: { visible: 0 }, dead: { inFlight: expect.any(Number) as number } });
      expect(await page.look()).toMatchObject({ total: 2 });
      broken = true;
      await eventually(() => 'unavailable' in (latest()?.['dead'] as object));
      expect(latest()).toMatchObject({ place: { queue: expect.any(String) as string }, records: 'ok' });
      // What was found is still shown.
      expect((await page.get('/api/failures')).body).toMatchObject({ total: 2 });
      broken = false;
      await eventually(() => !('unavailable' in (latest()?.['dead'] as object)));
    } finally {
      events.close();
      await page.close();
      await proxy.close();
    }
  },
  90_000,
);
