import { startFaultProxy } from '../../experiments/rig/proxy/fault-proxy';
import { withBroker } from '../../test/harness/broker';
import { createProvisionClient } from '../provision';
import { type Outgoing, sendAll } from './outgoing';

const broker = withBroker();

/** Three fit into a call. */
const LARGE: Outgoing = { body: 'x'.repeat(300_000), attributes: {} };

test('what SQS accepted before a call failed is told; with nothing accepted the failure is', async () => {
  const { queueUrl: url } = await broker().createQueues();
  const proxy = await startFaultProxy(broker().endpoint);
  const sqs = createProvisionClient('us-east-1', proxy.endpoint);
  const place = { sqs, queue: { url, name: 'jobs', fifo: false } };
  let calls = 0;
  proxy.rule('SendMessageBatch', () => ((calls += 1) === 1 ? 'pass' : 'unavailable'));
  const accepted = { messageId: expect.any(String) as string };
  const refused = { refused: expect.any(String) as string };
  expect(await sendAll(place, [LARGE, LARGE, LARGE, LARGE, LARGE])).toEqual([
    ...[accepted, accepted, accepted],
    ...[refused, refused],
  ]);
  await expect(sendAll(place, [LARGE])).rejects.toThrow();
  expect((await broker().depth(url)).visible).toBe(3);
  sqs.destroy();
  await proxy.close();
});
