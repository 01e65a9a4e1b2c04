import { Duration, Stack } from 'aws-cdk-lib';
import {
  AdjustmentType,
  CfnScalingPolicy,
  ScalableTarget,
  ServiceNamespace,
  StepScalingAction,
} from 'aws-cdk-lib/aws-applicationautoscaling';
import { Alarm, ComparisonOperator, MathExpression, type Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { ApplicationScalingAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { type FargateService } from 'aws-cdk-lib/aws-ecs';
import { type IRole, Role } from 'aws-cdk-lib/aws-iam';
import { type IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { ONE_MINUTE } from './alarms';
import { runningTasks } from './image-service';

export interface BacklogScalingProps {
  readonly service: FargateService;
  readonly queue: IQueue;
  readonly minTasks: number;
  readonly maxTasks: number;
  /** Messages, waiting and in flight, for one task. */
  readonly backlogPerTask: number;
}

const IDLE_MINUTES = 15;
/** How long scaling waits: a new task takes about a minute to be counted. */
const COOLDOWN_SECONDS = 60;

/** The backlog per task. Without tasks it is the whole backlog. */
const PER_TASK = '(waiting + inFlight) / IF(FILL(tasks, 0) > 0, FILL(tasks, 0), 1)';

/**
 * Keeps the backlog per task at a number. Messages in flight count as well: a queue with nothing waiting may still be
 * at work. Scaling from and to zero uses step policies, since a backlog *per task* is undefined without tasks.
 */
export class BacklogScaling extends Construct {
  private readonly target: ScalableTarget;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: BacklogScalingProps,
  ) {
    super(scope, id);
    const { service, minTasks, maxTasks } = props;
    this.target = new ScalableTarget(this, 'Target', {
      serviceNamespace: ServiceNamespace.ECS,
      resourceId: `service/${service.cluster.clusterName}/${service.serviceName}`,
      scalableDimension: 'ecs:service:DesiredCount',
      minCapacity: minTasks,
      maxCapacity: maxTasks,
      role: this.serviceLinkedRole(),
    });
    this.trackBacklog();
    if (minTasks > 0) return;
    // Scales to one, however often it goes off: a second task does not help one that cannot work. ECS reports nothing
    // of a service without tasks. That counts as none, also if a metric without any value cannot be filled: the maximum
    // leaves it out.
    const expression = 'IF(MAX(FILL([inFlight, tasks], 0)) < 1, waiting, 0)';
    this.step('Wake', { expression, above: true, periods: 1 }, [AdjustmentType.EXACT_CAPACITY, 1]);
    this.step('Rest', { expression: 'waiting + inFlight + delayed', above: false, periods: IDLE_MINUTES }, [
      AdjustmentType.EXACT_CAPACITY,
      0,
    ]);
  }

  /** AWS makes it in each account; CDK would make one more. */
  private serviceLinkedRole(): IRole {
    const resource = 'role/aws-service-role/ecs.application-autoscaling.amazonaws.com';
    const resourceName = 'AWSServiceRoleForApplicationAutoScaling_ECSService';
    const arn = Stack.of(this).formatArn({ service: 'iam', region: '', resource, resourceName });
    return Role.fromRoleArn(this, 'Role', arn);
  }

  /** Uses the L1 construct, since the L2 takes no metric math. */
  private trackBacklog(): void {
    const { waiting, inFlight, tasks } = this.metrics();
    new CfnScalingPolicy(this, 'BacklogPerTask', {
      policyName: `${this.node.path.replaceAll('/', '-')}-backlog-per-task`,
      policyType: 'TargetTrackingScaling',
      scalingTargetId: this.target.scalableTargetId,
      targetTrackingScalingPolicyConfiguration: {
        targetValue: this.props.backlogPerTask,
        scaleInCooldown: COOLDOWN_SECONDS,
        scaleOutCooldown: COOLDOWN_SECONDS,
        customizedMetricSpecification: {
          metrics: [
            dataQuery('waiting', waiting),
            dataQuery('inFlight', inFlight),
            dataQuery('tasks', tasks),
            { id: 'backlogPerTask', expression: PER_TASK, label: 'Backlog per task', returnData: true },
          ],
        },
      },
    });
  }

  private step(
    id: string,
    when: { readonly expression: string; readonly above: boolean; readonly periods: number },
    [adjustmentType, adjustment]: readonly [AdjustmentType, number],
  ): void {
    const all = this.metrics();
    const usingMetrics = Object.fromEntries(Object.entries(all).filter(([name]) => when.expression.includes(name)));
    const alarm = new Alarm(this, `${id}Alarm`, {
      metric: new MathExpression({ expression: when.expression, usingMetrics, period: ONE_MINUTE, label: id }),
      threshold: 0,
      comparisonOperator: when.above
        ? ComparisonOperator.GREATER_THAN_THRESHOLD
        : ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: when.periods,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: when.above
        ? 'Jobs wait and no task runs: starts one.'
        : 'Nothing waits or is in flight: stops all.',
    });
    const action = new StepScalingAction(this, id, {
      scalingTarget: this.target,
      adjustmentType,
      cooldown: Duration.seconds(COOLDOWN_SECONDS),
    });
    action.addAdjustment({ adjustment, ...(when.above ? { lowerBound: 0 } : { upperBound: 0 }) });
    alarm.addAlarmAction(new ApplicationScalingAction(action));
  }

  private metrics(): Record<'waiting' | 'inFlight' | 'delayed' | 'tasks', Metric> {
    const { queue, service } = this.props;
    const options = { period: ONE_MINUTE, statistic: 'Maximum' };
    return {
      waiting: queue.metricApproximateNumberOfMessagesVisible(options),
      inFlight: queue.metricApproximateNumberOfMessagesNotVisible(options),
      delayed: queue.metricApproximateNumberOfMessagesDelayed(options),
      tasks: runningTasks(service),
    };
  }
}

function dataQuery(
  id: string,
  { namespace, metricName, dimensions = {}, statistic }: Metric,
): CfnScalingPolicy.TargetTrackingMetricDataQueryProperty {
  return {
    id,
    returnData: false,
    metricStat: {
      stat: statistic,
      metric: {
        namespace,
        metricName,
        dimensions: Object.entries(dimensions).map(([name, value]) => ({ name, value: String(value) })),
      },
    },
  };
}
