import { TRANSFER } from '../../examples/transfer/definition';
import { type TestBroker, type TestQueues } from './broker';

/** Sends a job that moves money from ann to bob, as a producer would. */
export function sendTransfer(
  { broker, queues }: { readonly broker: TestBroker; readonly queues: TestQueues },
  id: string,
  amount: number,
): Promise<string> {
  return broker.send(queues.queueUrl, JSON.stringify({ id, input: { from: 'ann', to: 'bob', amount } }), {
    MessageAttributes: { type: { DataType: 'String', StringValue: TRANSFER.type } },
  });
}
