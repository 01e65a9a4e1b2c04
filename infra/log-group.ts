import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { type Construct } from 'constructs';
import { type Stage } from './options';
import { removalPolicyOf } from './removal';

/** Kept for a week in dev and three months in prod; left to itself CloudWatch keeps logs, and bills them, for ever. */
export function logGroup(scope: Construct, stage: Stage, id = 'Logs'): LogGroup {
  return new LogGroup(scope, id, {
    retention: stage === 'prod' ? RetentionDays.THREE_MONTHS : RetentionDays.ONE_WEEK,
    removalPolicy: removalPolicyOf(stage),
  });
}
