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
  /** Undefined if records are in a database. */
  readonly table: ITableV2 | undefined;
  /** The secret with the database's URL; undefined if records are in the table. */
  readonly databaseSecretArn: string | undefined;
  readonly topic: ITopic | undefined;

  constructor(scope: Construct, id: string, { options, numbers }: StackInput) {
    const { keepData, region, extensions, databaseSecretArn } = options;
    super(scope, id, {
      env: { region },
      terminationProtection: keepData,
      description: 'Plusone: queues and results',
    });
    this.jobs = this.queues(options, numbers);
    this.table = this.results(options);
    this.databaseSecretArn = databaseSecretArn;
    this.topic = alarmTopic(this, options);
    const alarms = new Alarms(this, 'Alarms', {
      topic: this.topic,
      command: (command) => this.command(command),
      ...(extensions.alarm && { extension: extensions.alarm }),
    });
    watchQueue(alarms, this.jobs, numbers);
    if (this.table) watchTable(alarms, this.table);
    this.tell();
  }

  /** A command of `npm run jobs` with the environment that it takes, to be pasted into a shell. */
  command(command: string): string {
    const { queue, deadLetters } = this.jobs;
    const queues = `QUEUE_URL=${queue.queueUrl} DLQ_URL=${deadLetters.queueUrl}`;
    return `${queues} RESULTS=${this.recordsPlace()} AWS_REGION=${this.region} npm run -s jobs -- ${command}`;
  }

  /** The shell asks for the database's URL, so that it stands in no template. */
  private recordsPlace(): string {
    if (this.table) return `dynamodb:${this.table.tableName}`;
    const ask = `aws secretsmanager get-secret-value --secret-id ${this.databaseSecretArn}`;
    return `"$(${ask} --query SecretString --output text)"`;
  }

  private queues(options: Options, numbers: Numbers): JobQueues {
    const { existingQueues, encryption } = options;
    if (existingQueues) return new ExistingQueues(this, 'Jobs', { ...existingQueues, keyArn: encryption.keyArn });
    const visibilityTimeoutSeconds = numbers.queueVisibilitySeconds;
    return new JobQueue(this, 'Jobs', { ...options, ...numbers, visibilityTimeoutSeconds });
  }

  private results({ tableArn, databaseSecretArn, keepData }: Options): ITableV2 | undefined {
    if (databaseSecretArn !== undefined) return undefined;
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
    if (this.table) new CfnOutput(this, 'TableName', { value: this.table.tableName });
    new CfnOutput(this, 'JobsCommand', { value: this.command('failed --group') });
  }
}
