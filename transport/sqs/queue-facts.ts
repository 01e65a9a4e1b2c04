import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';

/** What the queue itself says about its deliveries. */
export interface QueueFacts {
  readonly visibilityTimeoutSeconds: number;
  readonly fifo: boolean;
  /** Whether it has a redrive policy, the backstop for messages that could not be settled. */
  readonly redrives: boolean;
}

/** Rejects if the queue cannot be reached or does not exist. */
export async function readQueueFacts(client: SQSClient, queueUrl: string, signal?: AbortSignal): Promise<QueueFacts> {
  const { Attributes: attributes = {} } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['All'] }),
    { ...(signal && { abortSignal: signal }) },
  );
  return {
    visibilityTimeoutSeconds: Number(attributes.VisibilityTimeout ?? 30),
    fifo: attributes.FifoQueue === 'true',
    redrives: (attributes.RedrivePolicy ?? '') !== '',
  };
}
