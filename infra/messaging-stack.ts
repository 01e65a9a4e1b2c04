import { CfnOutput, Stack } from 'aws-cdk-lib';
import { type ITableV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { type ITopic } from 'aws-cdk-lib/aws-sns';
import { type Construct } from 'constructs';
import { alarmTopic } from './alarm-topic';
import { Alarms } from './alarms';
import { ExistingQueues } from './existing-queues';
import { JobQueue, type JobQueues } from './job-queue';
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
  readonly jobs: JobQueues;
  readonly table: ITableV2;
  readonly topic: ITopic | undefined;

  constructor(scope: Construct, id: string, { options, numbers }: StackInput) {
    const { keepData, region, extensions } = options;
    super(scope, id, {
      env: { region },
      terminationProtection: keepData,
      description: 'Plusone: queues and results',
    });
    this.jobs = this.queues(options, numbers);
    this.table = this.results(options);
    this.topic = alarmTopic(this, options);
    const alarms = new Alarms(this, 'Alarms', {
      topic: this.topic,
      command: (command) => this.command(command),
      ...(extensions.alarm && { extension: extensions.alarm }),
    });
    watchQueue(alarms, this.jobs, numbers);
    watchTable(alarms, this.table);
    this.tell();
  }

  /** A command of `npm run jobs` with the environment that it takes, to be pasted into a shell. */
  command(command: string): string {
    const { queue, deadLetters } = this.jobs;
    const queues = `QUEUE_URL=${queue.queueUrl} DLQ_URL=${deadLetters.queueUrl}`;
    return `${queues} RESULTS=dynamodb:${this.table.tableName} AWS_REGION=${this.region} npm run -s jobs -- ${command}`;
  }

  private queues(options: Options, numbers: Numbers): JobQueues {
    const { existingQueues, encryption } = options;
    if (existingQueues) return new ExistingQueues(this, 'Jobs', { ...existingQueues, keyArn: encryption.keyArn });
    const visibilityTimeoutSeconds = numbers.queueVisibilitySeconds;
    return new JobQueue(this, 'Jobs', { ...options, ...numbers, visibilityTimeoutSeconds });
  }

  private results({ tableArn, keepData }: Options): ITableV2 {
    if (tableArn !== undefined) return TableV2.fromTableArn(this, 'Results', tableArn);
    return new ResultsTable(this, 'Results', { keepData }).table;
  }

  /** Outputs of fixed names, for scripts. */
  private tell(): void {
    const { queue, deadLetters } = this.jobs;
    new CfnOutput(this, 'QueueUrl', { value: queue.queueUrl });
    new CfnOutput(this, 'QueueArn', { value: queue.queueArn });
    new CfnOutput(this, 'DeadLetterQueueUrl', { value: deadLetters.queueUrl });
    new CfnOutput(this, 'DeadLetterQueueArn', { value: deadLetters.queueArn });
    new CfnOutput(this, 'TableName', { value: this.table.tableName });
    new CfnOutput(this, 'JobsCommand', { value: this.command('failed --group') });
  }
}
