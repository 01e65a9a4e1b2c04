import { withBroker } from './broker';

const broker = withBroker({ manyOfAGroup: true });

it('gives a test file many of a group, as every other broker does', async () => {
  const { queueUrl } = await broker().createQueues({ fifo: true });
  for (const body of ['1', '2', '3'])
    await broker().send(queueUrl, body, { MessageGroupId: 'a', MessageDeduplicationId: body });
  const received = await broker().receive(queueUrl);
  expect(received.map(({ Body }) => Body)).toEqual(['1', '2', '3']);
});
