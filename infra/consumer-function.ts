import { Duration, Validations } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { type Construct } from 'constructs';
import { grantConsumer } from './access';
import { ImageFunction } from './image-function';
import { adapterVariables, type AppInput, CONSUMER_PORT, consumerVariables } from './variables';
import { type WorkNeeds, type WorkSecret, withNeeds } from './work-needs';

/** The consumer on Lambda: SQS's event source hands it batches, and takes back which messages failed. */
export class ConsumerFunction extends ImageFunction {
  readonly eventSourceArn: string;

  constructor(scope: Construct, id: string, input: AppInput & { readonly needs: WorkNeeds }) {
    const { options, numbers, messaging, needs } = input;
    const own = {
      ...consumerVariables(input),
      ...adapterVariables(CONSUMER_PORT),
      AWS_LWA_PASS_THROUGH_PATH: '/events',
      // Without it an error's answer counts as success, and SQS deletes the whole batch.
      AWS_LWA_ERROR_STATUS_CODES: '400-599',
    };
    super(scope, id, {
      ...input,
      app: 'consumer',
      timeoutSeconds: numbers.functionTimeoutSeconds,
      environment: { ...withNeeds(own, needs), ...secretValues(needs) },
    });
    grantConsumer(this.role, messaging);
    needs.grant?.(this.role);
    const { batchSize, batchWindowSeconds, maxConcurrency } = options;
    const source = new SqsEventSource(messaging.jobs.queue, {
      batchSize,
      ...(batchWindowSeconds > 0 && { maxBatchingWindow: Duration.seconds(batchWindowSeconds) }),
      maxConcurrency,
      reportBatchItemFailures: true,
    });
    this.alias.addEventSource(source);
    this.eventSourceArn = source.eventSourceMappingArn;
    Validations.of(this).acknowledge({
      id: 'Serverless-LambdaEventSourceMappingDestination',
      reason:
        'An SQS event source has no failure destination: what fails returns to the queue, and from there to its DLQ.',
    });
  }
}

/** CloudFormation puts the secrets in at deployment, so that neither template nor repository holds them. */
function secretValues({ secrets = {} }: WorkNeeds): Record<string, string> {
  const valueOf = ({ secret, field }: WorkSecret): string =>
    (field === undefined ? secret.secretValue : secret.secretValueFromJson(field)).unsafeUnwrap();
  return Object.fromEntries(Object.entries(secrets).map(([name, secret]) => [name, valueOf(secret)]));
}
