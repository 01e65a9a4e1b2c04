import { SecretValue } from 'aws-cdk-lib';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { PayloadFormatVersion } from 'aws-cdk-lib/aws-apigatewayv2';
import { type Construct } from 'constructs';
import { grantProducer } from './access';
import { databaseVariables } from './database';
import { type FunctionInput, ImageFunction } from './image-function';
import { type Auth } from './options-door';
import { adapterVariables, PRODUCER_PORT, producerVariables } from './variables';

/** An HTTP API gives up after 30 s; `Prefer: wait` holds an answer for 20. */
const REQUEST_SECONDS = 29;

/** The producer on Lambda, where only the web adapter reaches it. */
export class ProducerFunction extends ImageFunction {
  readonly integration: HttpLambdaIntegration;

  constructor(scope: Construct, id: string, input: FunctionInput) {
    super(scope, id, {
      ...input,
      app: 'producer',
      timeoutSeconds: REQUEST_SECONDS,
      environment: {
        ...producerVariables(input),
        ...databaseVariables(input.options),
        ...adapterVariables(PRODUCER_PORT),
        ...guardVariables(input.options.auth),
      },
    });
    grantProducer(this.role, input.messaging);
    this.integration = new HttpLambdaIntegration('Producer', this.alias, {
      payloadFormatVersion: PayloadFormatVersion.VERSION_2_0,
    });
  }
}

/** If the API checks callers, the adapter passes on who they are. If not, the producer must have keys to start. */
function guardVariables(auth: Auth): Record<string, string> {
  if (auth.kind !== 'api-keys') return { HOST: '127.0.0.1', CALLER_FROM: 'request-context' };
  // CloudFormation puts the secret in at deployment, so that neither template nor repository holds it.
  return { HOST: '0.0.0.0', API_KEYS: SecretValue.secretsManager(auth.secret).unsafeUnwrap() };
}
