import { SQSClient } from '@aws-sdk/client-sqs';
import { Lane, type SqsCommand } from './lane';
import { HOT_CALLS } from './shapes';

/**
 * The same client, whose calls of a busy queue (receive, and the batched send, delete and change of visibility) go past
 * most of the SDK's middleware, at a third of the CPU time. Region, endpoint, credentials, signature, retries and errors
 * are the SDK's, as are all other calls. A client with middleware of its own is returned as it is.
 */
export function leanClient(client: SQSClient): SQSClient {
  if (!isPlain(client)) return client;
  keepSigner(client);
  const free: Record<string, Lane[] | undefined> = {};
  const send = async (command: SqsCommand, options: { abortSignal?: AbortSignal } = {}): Promise<unknown> => {
    const shape = HOT_CALLS.get(command.constructor);
    if (!shape) return client.send(command, options);
    const { QueueUrl = '' } = command.input as { readonly QueueUrl?: string };
    const lanes = (free[`${command.constructor.name} ${QueueUrl}`] ??= []);
    const lane = lanes.pop() ?? new Lane(client, shape);
    const output = await lane.send(command, options.abortSignal);
    // One that failed is not used again: what it has learned from the SDK may be why.
    lanes.push(lane);
    return output;
  };
  return Object.create(client, { send: { value: send } }) as SQSClient;
}

/** The SDK makes one for each call, out of a copy of its configuration; it asks for credentials at each signature anyway. */
function keepSigner({ config }: SQSClient): void {
  const { signer } = config;
  let kept: ReturnType<typeof signer> | undefined;
  config.signer = (scheme) => (kept ??= signer(scheme));
}

/** Middleware that the application added would be passed by, and a logger of its own would not be told. */
function isPlain({ middlewareStack, config }: SQSClient): boolean {
  const plain = new SQSClient({ region: 'none' });
  const asItComes = plain.middlewareStack.identify().join();
  const logs = config.logger.constructor !== plain.config.logger.constructor;
  plain.destroy();
  return !logs && middlewareStack.identify().join() === asItComes && asItComes.includes('httpSigningMiddleware');
}
