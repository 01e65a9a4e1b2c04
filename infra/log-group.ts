import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { type Construct } from 'constructs';
import { removalPolicyOf } from './removal';

/** Kept for three months where data is kept, or a week; left to itself CloudWatch keeps logs, and bills them, for ever. */
export function logGroup(scope: Construct, keepData: boolean, id = 'Logs'): LogGroup {
  return new LogGroup(scope, id, {
    retention: keepData ? RetentionDays.THREE_MONTHS : RetentionDays.ONE_WEEK,
    removalPolicy: removalPolicyOf(keepData),
  });
}
