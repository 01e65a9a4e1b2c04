import { CfnOutput, Stack } from 'aws-cdk-lib';
import { type TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { type ITopic } from 'aws-cdk-lib/aws-sns';
import { type Construct } from 'constructs';
import { alarmTopic } from './alarm-topic';
import { Alarms } from './alarms';
import { JobQueue } from './job-queue';
import { type Numbers } from './numbers';
import { type Options } from './options';
import { watchQueue, watchTable } from './queue-alarms';
import { ResultsTable } from './results-table';

export interface StackInput {
  readonly options: Options;
  readonly numbers: Numbers;
}

/** What has to outlive any deployment of the apps: queue, dead-letter queue, results, and their alarms. */
export class MessagingStack extends Stack {
  readonly jobs: JobQueue;
  readonly table: TableV2;
  readonly topic: ITopic | undefined;

  constructor(scope: Construct, id: string, { options, numbers }: StackInput) {
    const { stage, region, extensions } = options;
    super(scope, id, {
      env: { region },
      terminationProtection: stage === 'prod',
      description: 'Plusone: queues and results',
    });
    const visibilityTimeoutSeconds = numbers.queueVisibilitySeconds;
    this.jobs = new JobQueue(this, 'Jobs', { ...options, ...numbers, visibilityTimeoutSeconds });
    this.table = new ResultsTable(this, 'Results', { stage }).table;
    this.topic = alarmTopic(this, options);
    const alarms = new Alarms(this, 'Alarms', {
      topic: this.topic,
      ...(extensions.alarm && { extension: extensions.alarm }),
    });
    watchQueue(alarms, this.jobs, numbers);
    watchTable(alarms, this.table);
    new CfnOutput(this, 'QueueUrl', { value: this.jobs.queue.queueUrl });
    new CfnOutput(this, 'DeadLetterQueueUrl', { value: this.jobs.deadLetters.queueUrl });
    new CfnOutput(this, 'TableName', { value: this.table.tableName });
  }
}
