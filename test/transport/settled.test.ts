import { reject, retry, type Settled } from '../../transport/index';
import { withBroker } from '../harness/broker';
import { besideOthers, scripted, Script, startConsumer } from '../harness/consumer';
import { eventually } from '../harness/eventually';
import { Log } from '../harness/log';
import { notedAttempts, Notes } from '../harness/noted-attempts';

const broker = withBroker();
const { it } = besideOthers();

it('tells listeners how each delivery was settled, whatever one of them throws', async () => {
  const queues = await broker().createQueues();
  const seen: Settled[] = [];
  const script: Script = new Script((payload) => {
    if (payload === 'refused') return reject('closed', 'the account is closed');
    return payload === 'late' && script.runs.length === 1 ? retry('not yet', 0) : undefined;
  });
  const attempts = notedAttempts(new Notes());
  const logger = new Log();
  const { transport } = await startConsumer({ broker: broker(), queues, ...scripted(script), attempts, logger });
  transport.onSettled(() => {
    throw new Error('a bad listener');
  });
  transport.onSettled(() => Promise.reject(new Error('a bad async listener')));
  transport.onSettled((settled) => seen.push(settled));
  const beganAt = Date.now();
  for (const payload of ['late', 'refused']) {
    await broker().send(queues.queueUrl, JSON.stringify(payload));
    await eventually(() => broker().isEmpty(queues.queueUrl));
  }
  await eventually(() => seen.length === 3);
  const said = seen.map(({ action, reason, error, attempts: failed }) => ({ action, reason, error, failed }));
  expect(said).toEqual([
    { action: 'retry', reason: undefined, error: 'not yet', failed: 1 },
    { action: 'delete', reason: undefined, error: undefined, failed: 1 },
    { action: 'dead-letter', reason: 'closed', error: 'the account is closed', failed: 0 },
  ]);
  for (const which of ['listener', 'async listener'])
    expect(
      logger.matching(new RegExp(`^error A listener of settled deliveries failed: Error: a bad ${which}$`)),
    ).toHaveLength(3);
  for (const { startedAt = 0, settledAt } of seen) {
    expect(startedAt).toBeGreaterThanOrEqual(beganAt - 1);
    expect(settledAt).toBeGreaterThanOrEqual(startedAt);
  }
});
