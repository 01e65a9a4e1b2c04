import { SecretValue } from 'aws-cdk-lib';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { PayloadFormatVersion } from 'aws-cdk-lib/aws-apigatewayv2';
import { type Construct } from 'constructs';
import { grantProducer } from './access';
import { ImageFunction } from './image-function';
import { adapterVariables, type AppInput, PRODUCER_PORT, producerVariables } from './variables';

/** An HTTP API gives up after 30 s; `Prefer: wait` holds an answer for 20. */
const REQUEST_SECONDS = 29;

/** The producer on Lambda: it listens on loopback, for the web adapter alone. */
export class ProducerFunction extends ImageFunction {
  readonly integration: HttpLambdaIntegration;

  constructor(scope: Construct, id: string, input: AppInput) {
    const { auth } = input.options;
    super(scope, id, {
      ...input,
      app: 'producer',
      timeoutSeconds: REQUEST_SECONDS,
      // A caller waits for the start, which is all processor time.
      memoryMb: 1_024,
      environment: {
        ...producerVariables(input),
        ...adapterVariables(PRODUCER_PORT),
        HOST: '127.0.0.1',
        // CloudFormation puts the secret in at deployment, so that neither template nor repository holds it.
        ...(auth.kind === 'api-keys' && { API_KEYS: SecretValue.secretsManager(auth.secretName).unsafeUnwrap() }),
      },
    });
    grantProducer(this.role, input.messaging);
    this.integration = new HttpLambdaIntegration('Producer', this.alias, {
      payloadFormatVersion: PayloadFormatVersion.VERSION_2_0,
    });
  }
}
