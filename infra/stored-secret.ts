import { Secret } from 'aws-cdk-lib/aws-ecs';
import { Secret as StoredSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { type Construct } from 'constructs';

/** Of Secrets Manager, by its name or its whole ARN, for a container. */
export function storedSecret(scope: Construct, id: string, secret: string): Secret {
  const stored = secret.startsWith('arn:')
    ? StoredSecret.fromSecretCompleteArn(scope, id, secret)
    : StoredSecret.fromSecretNameV2(scope, id, secret);
  return Secret.fromSecretsManager(stored);
}
