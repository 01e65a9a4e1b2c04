/** squiss-ts with the messages in flight as its limit; deletes batched, as it comes. */
import { SQS } from '@aws-sdk/client-sqs';
import { type BenchJob } from '../meter';
import { runConsumerPeer } from '../peer';
import { loadPeer } from './load';

/** What of it is used here. */
interface SquissPackage {
  readonly Squiss: new (options: Readonly<Record<string, unknown>>) => {
    on(event: 'message', listener: (message: SquissMessage) => void): void;
    on(event: 'error', listener: (error: Error) => void): void;
    start(): Promise<void>;
  };
}

interface SquissMessage {
  readonly body: BenchJob;
  del(): Promise<void>;
}

runConsumerPeer(({ queueUrl, inFlight, region, endpoint }, meter) => {
  const { Squiss } = loadPeer('squiss-ts') as SquissPackage;
  const squiss = new Squiss({
    SQS: new SQS({ region, endpoint, useQueueUrlAsEndpoint: false }),
    queueUrl,
    bodyFormat: 'json',
    maxInFlight: inFlight,
  });
  const handle = async (message: SquissMessage): Promise<void> => {
    await meter.handle(message.body);
    await message.del();
  };
  squiss.on('message', (message) => void handle(message));
  squiss.on('error', (error) => {
    process.stderr.write(`${error.message}\n`);
  });
  return squiss.start();
});
