import { CfnElement, Stack, Validations } from 'aws-cdk-lib';
import { Cluster, ClusterGrants, Secret } from 'aws-cdk-lib/aws-ecs';
import { type Construct } from 'constructs';
import { grantConsumer } from './access';
import { BacklogScaling } from './backlog-scaling';
import { databaseSecrets } from './database';
import { ImageService, type ServiceInput } from './image-service';
import { CONSUMER_PORT, consumerVariables } from './variables';
import { type WorkNeeds, withNeeds } from './work-needs';

/** The consumer on Fargate: it polls, so nothing reaches it; as many tasks as the backlog needs. */
export class ConsumerService extends ImageService {
  constructor(scope: Construct, id: string, input: ServiceInput & { readonly needs: WorkNeeds }) {
    const { messaging, options, numbers, needs } = input;
    super(scope, id, {
      ...input,
      app: 'consumer',
      port: CONSUMER_PORT,
      environment: withNeeds(consumerVariables(input), needs),
      secrets: (task) => ({ ...secretsOf(needs), ...databaseSecrets(task, options) }),
    });
    const { taskRole } = this.service.taskDefinition;
    grantConsumer(taskRole, messaging);
    needs.grant?.(taskRole);
    this.grantTaskProtection(input);
    new BacklogScaling(this, 'Scaling', {
      service: this.service,
      queue: messaging.jobs.queue,
      minTasks: options.minTasks,
      maxTasks: options.maxTasks,
      backlogPerTask: numbers.backlogPerTask,
    });
  }

  /** Lets a busy task ask ECS not to stop it when scaling in or deploying. */
  private grantTaskProtection({ cluster, options: { region } }: ServiceInput): void {
    const { taskDefinition } = this.service;
    ClusterGrants.fromCluster(cluster).taskProtection(taskDefinition.taskRole);
    const name =
      cluster instanceof Cluster && CfnElement.isCfnElement(cluster.node.defaultChild)
        ? `<${Stack.of(this).getLogicalId(cluster.node.defaultChild)}>`
        : cluster.clusterName;
    Validations.of(taskDefinition).acknowledge({
      id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ecs:${region}:<AWS::AccountId>:task/${name}/*]`,
      reason: 'The protection of a task of this cluster; the id of a task is not known before it runs.',
    });
  }
}

const secretsOf = ({ secrets = {} }: WorkNeeds): Record<string, Secret> =>
  Object.fromEntries(
    Object.entries(secrets).map(([name, { secret, field }]) => [name, Secret.fromSecretsManager(secret, field)]),
  );
