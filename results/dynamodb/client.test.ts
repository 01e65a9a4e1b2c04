import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { processVariables } from '../../contract/environment';
import { sideBySide } from '../../test/harness/side-by-side';
import { StoreUnavailable, StoreUnusable } from '../errors';
import { CALL_LIMIT_MS } from './client';
import { DynamoRecords } from './dynamodb';

/** More than the connections that a client may have at once. */
const CALLS = 60;

/** Headers at once, then a byte a second, without end. */
function drip(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0', 'content-length': 100_000 });
  response.write('{');
  const timer = setInterval(() => response.write(' '), 1_000);
  response.on('close', () => {
    clearInterval(timer);
  });
}

const { it, own } = sideBySide({
  async open() {
    const broken = { dripping: false };
    const server = createServer((request, response) => {
      request.resume();
      if (broken.dripping) drip(response);
      else response.end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const place = { dynamodbRegion: 'us-east-1', dynamodbEndpoint: `http://127.0.0.1:${port}` };
    return { broken, server, records: await DynamoRecords.open('table', place) };
  },
  async close({ records, server }) {
    await records.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  },
});

const reads = (): Promise<PromiseSettledResult<unknown>[]> =>
  Promise.allSettled(Array.from({ length: CALLS }, (_, index) => own().records.get(`${index}`)));

it('an answer that drips ends its call within the limit, and holds no connection after it', async () => {
  own().broken.dripping = true;
  const from = performance.now();
  const answers = await reads();
  expect(performance.now() - from).toBeLessThan(CALL_LIMIT_MS + 1_000);
  for (const answer of answers) {
    expect(answer).toMatchObject({ status: 'rejected', reason: expect.any(StoreUnavailable) as unknown });
  }
  own().broken.dripping = false;
  expect((await reads()).map(({ status }) => status)).toEqual(Array.from({ length: CALLS }, () => 'fulfilled'));
});

it('a write whose answer drips is unavailable too, and closing does not wait for the answer', async () => {
  own().broken.dripping = true;
  const { records } = own();
  const write = records.failRun({ id: 'one', error: 'boom' });
  await expect(write).rejects.toThrow(/The table table did not answer, or not in time .*; try again/);
  await expect(Promise.race([records.close().then(() => 'closed'), wait(1_000, 'open')])).resolves.toBe('closed');
});

test('a region that nobody names is one sentence, at start', async () => {
  const region = ['AWS_REGION', 'AWS_PROFILE'];
  const others = Object.entries(processVariables).filter(([name]) => !region.includes(name));
  const variables = { ...Object.fromEntries(others), AWS_CONFIG_FILE: '/nowhere' };
  const replaced = jest.replaceProperty(process, 'env', variables);
  const opening = DynamoRecords.open('table', { dynamodbRegion: undefined, dynamodbEndpoint: 'http://127.0.0.1:1' });
  await expect(opening).rejects.toThrow(StoreUnusable);
  await expect(opening).rejects.toThrow(/The region of the table table is not known; set AWS_REGION/);
  replaced.restore();
});
