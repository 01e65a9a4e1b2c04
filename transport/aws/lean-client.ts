import { type AwsClient, type Send } from './client';
import { Lane, type SdkClient, type SdkCommand } from './lane';
import { type HotCalls } from './shape';

/**
 * The same client, whose hot calls go past most of the SDK's middleware, at less than half of the CPU time. Region,
 * endpoint, credentials, signature, retries and errors are the SDK's, as are all other calls. A client with middleware
 * or a logger of its own is returned as it is.
 */
export function leanClient<Client extends AwsClient>(client: Client, hotCalls: HotCalls): Client {
  const sdk = client as unknown as SdkClient;
  if (!isPlain(sdk)) return client;
  keepSigner(sdk);
  const free: Record<string, Lane[] | undefined> = {};
  const send: Send = async (command, options = {}) => {
    const shape = hotCalls.get(command.constructor);
    if (!shape) return sdk.send(command, options);
    const { QueueUrl = '' } = (command as SdkCommand).input;
    const lanes = (free[`${command.constructor.name} ${QueueUrl}`] ??= []);
    const lane = lanes.pop() ?? new Lane(sdk, shape);
    const output = await lane.send(command as SdkCommand, options.abortSignal);
    // A lane whose call failed is dropped: the request that it kept may be the cause.
    lanes.push(lane);
    return output;
  };
  return Object.create(client, { send: { value: send } }) as Client;
}

/** Keeps one signer: the SDK makes one for each call, though it asks for credentials at each signature anyway. */
function keepSigner({ config }: SdkClient): void {
  const { signer } = config;
  let kept: Promise<unknown> | undefined;
  config.signer = (scheme) => (kept ??= signer(scheme));
}

/** True without middleware or a logger of the application, which a lane would skip. */
function isPlain(client: SdkClient): boolean {
  const plain = new (classOf(client))({ region: 'none' });
  const asItComes = plain.middlewareStack.identify().join();
  const logs = client.config.logger.constructor !== plain.config.logger.constructor;
  plain.destroy();
  return !logs && client.middlewareStack.identify().join() === asItComes && asItComes.includes('httpSigningMiddleware');
}

const classOf = (client: SdkClient): new (config: object) => SdkClient =>
  client.constructor as new (config: object) => SdkClient;
