import { CfnOutput } from 'aws-cdk-lib';
import { Dashboard, GraphWidget, type IMetric, type IWidget, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { type HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Construct } from 'constructs';
import { ONE_MINUTE } from './alarms';
import { type AppMetrics } from './app-metrics';
import { type AppInput } from './variables';

export interface OverviewProps extends AppInput {
  readonly api: HttpApi;
  /** Widgets of the apps, wherever they run. */
  readonly apps: readonly IWidget[];
  readonly metrics: AppMetrics;
}

/** The commands that an operator begins with; docs/operations.md says how to go on. */
const COMMANDS = ['status', 'failed --group', 'pause --why TEXT'];

/**
 * A dashboard that answers from the top: do callers get answers, is anything left behind or dead-lettered, how are the
 * apps?
 */
export class Overview extends Construct {
  constructor(scope: Construct, id: string, { options, messaging, api, apps, metrics }: OverviewProps) {
    super(scope, id);
    const { queue, deadLetters } = messaging.jobs;
    const sum = { period: ONE_MINUTE, statistic: 'Sum' };
    const maximum = { period: ONE_MINUTE, statistic: 'Maximum' };
    const dashboardName = `plusone-${options.stage}-${options.region}`;
    new CfnOutput(this, 'Name', { value: dashboardName }).overrideLogicalId('DashboardName');
    new Dashboard(this, 'Dashboard', {
      dashboardName,
      widgets: [
        [
          graph('Requests', [api.metricCount(sum), api.metricClientError(sum), api.metricServerError(sum)]),
          graph('Answer time', [
            api.metricLatency({ ...sum, statistic: 'p50' }),
            api.metricLatency({ ...sum, statistic: 'p99' }),
          ]),
          graph('Jobs in and out', [queue.metricNumberOfMessagesSent(sum), queue.metricNumberOfMessagesDeleted(sum)]),
        ],
        [
          graph('Waiting and in flight', [
            queue.metricApproximateNumberOfMessagesVisible(maximum),
            queue.metricApproximateNumberOfMessagesNotVisible(maximum),
          ]),
          graph('Oldest job', [queue.metricApproximateAgeOfOldestMessage(maximum)]),
          graph('Dead letters', [deadLetters.metricApproximateNumberOfMessagesVisible(maximum)]),
        ],
        ...fromApps(metrics),
        [...apps],
        [
          new TextWidget({
            markdown: COMMANDS.map((one) => `    ${messaging.command(one)}`).join('\n'),
            width: 24,
            height: 3,
          }),
        ],
      ],
    });
  }
}

const graph = (title: string, left: IMetric[], right: IMetric[] = []): GraphWidget =>
  new GraphWidget({ title, left, right, width: 8 });

const fromApps = (metrics: AppMetrics): IWidget[][] => [
  [
    graph('Runs by outcome', metrics.runs()),
    graph('Time in queue', metrics.timeInQueue()),
    graph('Handling time', metrics.handling()),
  ],
  [
    graph('Dead letters by reason', metrics.deadLetters()),
    graph('Calls of the results table', metrics.storeCalls(), [metrics.storeOpenings()]),
  ],
];
