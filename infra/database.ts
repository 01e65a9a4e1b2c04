import { SecretValue } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-ecs';
import { Secret as StoredSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { type Construct } from 'constructs';
import { type Options } from './options';

type Database = Pick<Options, 'databaseSecretArn'>;

/** For a function: CloudFormation puts the URL in at deployment, so that neither template nor repository holds it. */
export function databaseVariables({ databaseSecretArn }: Database): Record<string, string> {
  if (databaseSecretArn === undefined) return {};
  return { RESULTS: SecretValue.secretsManager(databaseSecretArn).unsafeUnwrap() };
}

/** For a task, which gets the URL at its start. */
export function databaseSecrets(scope: Construct, { databaseSecretArn }: Database): Record<string, Secret> {
  if (databaseSecretArn === undefined) return {};
  const stored = StoredSecret.fromSecretCompleteArn(scope, 'Database', databaseSecretArn);
  return { RESULTS: Secret.fromSecretsManager(stored) };
}
