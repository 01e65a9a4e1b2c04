import { Annotations, Aws, Validations } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { type Construct } from 'constructs';
import { type Options } from './options';
import { removalPolicyOf } from './removal';

/** The topic that was chosen, one of ours that mails, or none, with a warning. */
export function alarmTopic(scope: Construct, { alarmTopicArn, alarmEmail, keepData }: Options): ITopic | undefined {
  if (alarmTopicArn !== undefined) return Topic.fromTopicArn(scope, 'AlarmTopic', alarmTopicArn);
  if (alarmEmail === undefined) {
    const says = 'Alarms notify nobody: give -c alarmTopic=ARN or -c alarmEmail=ADDRESS.';
    Annotations.of(scope).addWarningV2('plusone:alarms', says);
    return undefined;
  }
  const masterKey = new Key(scope, 'AlarmKey', {
    enableKeyRotation: true,
    description: 'Alarms',
    removalPolicy: removalPolicyOf(keepData),
  });
  const topic = new Topic(scope, 'AlarmTopic', { enforceSSL: true, masterKey });
  // A policy replaces SNS's own, which lets CloudWatch publish; and AWS's key for SNS is not CloudWatch's to use.
  topic.addToResourcePolicy(fromAlarms(['sns:Publish'], topic.topicArn));
  masterKey.addToResourcePolicy(fromAlarms(['kms:Decrypt', 'kms:GenerateDataKey*'], '*'));
  topic.addSubscription(new EmailSubscription(alarmEmail));
  Validations.of(topic).acknowledge({
    id: 'Serverless-SNSRedrivePolicy',
    reason: 'For endpoints that can be away; the alarm itself stays to be seen, and its e-mail is tried again by SNS.',
  });
  return topic;
}

/** Of this account's alarms only; in a key's policy `*` is that key. */
function fromAlarms(actions: string[], resource: string): PolicyStatement {
  return new PolicyStatement({
    actions,
    resources: [resource],
    principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
    conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
  });
}
