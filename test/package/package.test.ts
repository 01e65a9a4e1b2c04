import { withBroker, type TestQueues } from '../harness/broker';
import { deadLetters, whyOf } from '../harness/dead-letters';
import { eventually } from '../harness/eventually';
import { type App } from '../harness/processes';
import { inspect, install, Outside, pack, start } from './fresh-app';

const broker = withBroker();
const outside = new Outside();
let tarball: string;
let app: App | undefined;

beforeAll(async () => {
  tarball = await pack(outside);
}, 60_000);
afterEach(async () => {
  if (app?.running) await app.stop('SIGKILL');
  app = undefined;
});
afterAll(() => outside.clear());

const variables = (orders: TestQueues, mails: TestQueues): Record<string, string> => ({
  ...orders.env,
  ENDPOINT: broker().endpoint,
  ORDERS_URL: orders.queueUrl,
  ORDERS_DLQ_URL: orders.deadLetterQueueUrl,
  MAILS_URL: mails.queueUrl,
  MAILS_DLQ_URL: mails.deadLetterQueueUrl,
});

const post = async (url: string, body: object): Promise<void> => {
  const headers = { 'content-type': 'application/json' };
  const { status } = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  expect(status).toBe(201);
};

describe.each(['nest-11-express', 'nest-12-fastify'])('%s', (name) => {
  it('installs, runs a handler, retries, dead-letters with the reason, and drains before anything is destroyed', async () => {
    const { folder } = await install(outside, name, tarball);
    const [orders, mails] = [await broker().createQueues(), await broker().createQueues()];
    app = start(folder, variables(orders, mails));
    const url = (await app.line(/^listening at /, 30_000)).replace('listening at ', '').replace('[::1]', '127.0.0.1');
    await eventually(async () => (await fetch(`${url}/health`)).ok);
    await post(`${url}/orders`, { id: 1 });
    await app.line(/^order 1, receive 2$/);
    await app.line(/^mail 1$/);
    const [dead] = await deadLetters(broker(), mails.deadLetterQueueUrl);
    expect(whyOf(dead ?? {})).toMatchObject({ reason: 'bounced', error: 'Nobody lives there.' });
    await eventually(async () => (await broker().isEmpty(orders.queueUrl)) && broker().isEmpty(mails.queueUrl));
    await post(`${url}/slow-orders`, { id: 2 });
    await app.line(/^order 2 begun$/);
    await app.stop();
    expect(app.lines.slice(-2)).toEqual(['order 2 done, stock open', 'stock closed']);
    expect(await broker().isEmpty(orders.queueUrl)).toBe(true);
  });
});

it.each(['publint@0.3.25', '@arethetypeswrong/cli@0.18.5'])('is clean by %s', async (tool) => {
  await expect(inspect(outside, tool, tarball)).resolves.toMatch(/All good!|No problems found/);
});
