import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { type Construct } from 'constructs';
import { removalPolicyOf } from './removal';

/**
 * Keeps logs for three months where data is kept, else for a week. By default CloudWatch keeps and bills them for ever.
 */
export function logGroup(scope: Construct, keepData: boolean, id = 'Logs'): LogGroup {
  return new LogGroup(scope, id, {
    retention: keepData ? RetentionDays.THREE_MONTHS : RetentionDays.ONE_WEEK,
    removalPolicy: removalPolicyOf(keepData),
  });
}
