import { CfnOutput } from 'aws-cdk-lib';
import { Dashboard, GraphWidget, type IMetric, type IWidget, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { type HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Construct } from 'constructs';
import { ONE_MINUTE } from './alarms';
import { type AppInput } from './variables';

export interface OverviewProps extends AppInput {
  readonly api: HttpApi;
  /** Of the apps, wherever they run. */
  readonly apps: readonly IWidget[];
}

/** What an operator begins with; docs/operations.md says how to go on. */
const COMMANDS = ['status', 'failed --group', 'pause --why TEXT'];

/** A dashboard that answers, from the top: do callers get in, is anything left or given up, how do the apps do? */
export class Overview extends Construct {
  constructor(scope: Construct, id: string, { options, messaging, api, apps }: OverviewProps) {
    super(scope, id);
    const { queue, deadLetters } = messaging.jobs;
    const sum = { period: ONE_MINUTE, statistic: 'Sum' };
    const maximum = { period: ONE_MINUTE, statistic: 'Maximum' };
    const graph = (title: string, left: IMetric[], right: IMetric[] = []): GraphWidget =>
      new GraphWidget({ title, left, right, width: 8 });
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
