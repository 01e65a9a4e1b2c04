import { Secret } from 'aws-cdk-lib/aws-ecs';
import { Secret as StoredSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { type Construct } from 'constructs';

/** A secret of Secrets Manager for a container, by its name or whole ARN. */
export function storedSecret(scope: Construct, id: string, secret: string): Secret {
  const stored = secret.startsWith('arn:')
    ? StoredSecret.fromSecretCompleteArn(scope, id, secret)
    : StoredSecret.fromSecretNameV2(scope, id, secret);
  return Secret.fromSecretsManager(stored);
}
