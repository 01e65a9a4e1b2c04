import { Duration, Validations } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { type Construct } from 'constructs';
import { grantConsumer } from './access';
import { ImageFunction } from './image-function';
import { adapterVariables, type AppInput, CONSUMER_PORT, consumerVariables } from './variables';

/** The consumer on Lambda: SQS's event source hands it batches, and takes back which messages failed. */
export class ConsumerFunction extends ImageFunction {
  constructor(scope: Construct, id: string, input: AppInput) {
    const { options, numbers, messaging } = input;
    super(scope, id, {
      ...input,
      app: 'consumer',
      timeoutSeconds: numbers.functionTimeoutSeconds,
      memoryMb: 512,
      environment: {
        ...consumerVariables(input),
        ...adapterVariables(CONSUMER_PORT),
        AWS_LWA_PASS_THROUGH_PATH: '/events',
        // Without it an error's answer counts as success, and SQS deletes the whole batch.
        AWS_LWA_ERROR_STATUS_CODES: '400-599',
      },
    });
    grantConsumer(this.role, messaging);
    const { batchSize, batchWindowSeconds, maxConcurrency } = options;
    this.alias.addEventSource(
      new SqsEventSource(messaging.jobs.queue, {
        batchSize,
        ...(batchWindowSeconds > 0 && { maxBatchingWindow: Duration.seconds(batchWindowSeconds) }),
        maxConcurrency,
        reportBatchItemFailures: true,
      }),
    );
    Validations.of(this).acknowledge({
      id: 'Serverless-LambdaEventSourceMappingDestination',
      reason:
        'An SQS event source has no failure destination: what fails returns to the queue, and from there to its DLQ.',
    });
  }
}
