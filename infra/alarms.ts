import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { type ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { type Fields } from '../contract/json';
import { override } from './override';

export interface AlarmRule {
  readonly metric: IMetric;
  /** Goes off above this. */
  readonly above: number;
  /** In this many periods in a row; default 1. */
  readonly periods?: number;
  /** What it means and what to do. */
  readonly says: string;
  /** The operators' command that shows more; `status` unless given. */
  readonly run?: string;
}

/** The alarms of one stack. All notify the same topic, when they go off and when they are over. */
export class Alarms extends Construct {
  readonly all: Alarm[] = [];

  constructor(
    scope: Construct,
    id: string,
    private readonly props: {
      readonly topic: ITopic | undefined;
      /** An operators' command with its environment. */
      readonly command: (command: string) => string;
      readonly extension?: Fields;
    },
  ) {
    super(scope, id);
  }

  add(id: string, { metric, above, periods = 1, says, run = 'status' }: AlarmRule): void {
    const { topic, command, extension } = this.props;
    const alarm = new Alarm(this, id, {
      metric,
      threshold: above,
      evaluationPeriods: periods,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      // An idle queue or function reports nothing, which is no fault.
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: `${says} docs/operations.md has it under ${id}. Begin with: ${command(run)}`,
    });
    if (topic) {
      alarm.addAlarmAction(new SnsAction(topic));
      alarm.addOkAction(new SnsAction(topic));
    }
    override(alarm, extension);
    this.all.push(alarm);
  }
}

export const ONE_MINUTE = Duration.minutes(1);
export const FIVE_MINUTES = Duration.minutes(5);
