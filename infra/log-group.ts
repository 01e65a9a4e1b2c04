import { RemovalPolicy } from 'aws-cdk-lib';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { type Construct } from 'constructs';
import { type Stage } from './options';

/** Logs go with the stack in dev and stay behind in prod; by themselves they would be kept, and paid for, for ever. */
export function logGroup(scope: Construct, stage: Stage, id = 'Logs'): LogGroup {
  const prod = stage === 'prod';
  return new LogGroup(scope, id, {
    retention: prod ? RetentionDays.THREE_MONTHS : RetentionDays.ONE_WEEK,
    removalPolicy: prod ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
}
