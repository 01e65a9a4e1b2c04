import { ArnFormat, Stack } from 'aws-cdk-lib';
import { Cluster, ContainerInsights, type ICluster } from 'aws-cdk-lib/aws-ecs';
import { type IVpc } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { Alarms } from './alarms';
import { AppMetrics } from './app-metrics';
import { ConsumerFunction } from './consumer-function';
import { ConsumerService } from './consumer-service';
import { Operator } from './operator';
import { Overview } from './overview';
import { FrontDoor } from './front-door';
import { type FunctionInput } from './image-function';
import { type ServiceInput } from './image-service';
import { Network } from './network';
import { ProducerFunction } from './producer-function';
import { ProducerService } from './producer-service';
import { type AppInput } from './variables';
import { type WorkNeeds, type YourWork } from './work-needs';

export interface ComputeInput extends AppInput {
  readonly work: YourWork;
}

/** The two apps, each on Lambda or on Fargate, and the way in. */
export class ComputeStack extends Stack {
  private readonly alarms: Alarms;
  private readonly needs: WorkNeeds;
  private ownNetwork: Network | undefined;
  private ownFargate: ServiceInput | undefined;

  constructor(
    scope: Construct,
    id: string,
    private readonly input: ComputeInput,
  ) {
    const { options, messaging } = input;
    super(scope, id, {
      env: { region: options.region },
      description: `Plusone: producer on ${options.producer}, consumer on ${options.consumer}`,
    });
    this.alarms = new Alarms(this, 'Alarms', {
      topic: messaging.topic,
      command: (command) => messaging.command(command),
      ...(options.extensions.alarm && { extension: options.extensions.alarm }),
    });
    this.needs = input.work(new Construct(this, 'YourWork'), options);
    const producer = this.producer();
    const door = new FrontDoor(this, 'FrontDoor', { options, integration: producer.integration });
    door.watch(this.alarms);
    const consumer = this.consumer();
    const apps = [producer.graph('Producer'), consumer.graph('Consumer')];
    const eventSourceArn = consumer instanceof ConsumerFunction ? consumer.eventSourceArn : undefined;
    new Operator(this, 'Operator', { messaging, eventSourceArn });
    const metrics = new AppMetrics(messaging);
    metrics.watch(this.alarms);
    new Overview(this, 'Overview', { ...input, api: door.api, apps, metrics });
  }

  private producer(): ProducerFunction | ProducerService {
    if (this.input.options.producer === 'fargate') return new ProducerService(this, 'Producer', this.fargate);
    const producer = new ProducerFunction(this, 'Producer', this.lambda);
    producer.watch(this.alarms, 'Producer');
    return producer;
  }

  private consumer(): ConsumerFunction | ConsumerService {
    const { needs } = this;
    if (this.input.options.consumer === 'fargate')
      return new ConsumerService(this, 'Consumer', { ...this.fargate, needs });
    const consumer = new ConsumerFunction(this, 'Consumer', { ...this.lambda, needs });
    consumer.watch(this.alarms, 'Consumer');
    return consumer;
  }

  /** Made only if an app runs on Fargate: the network is most of the cost while idle. */
  private get fargate(): ServiceInput {
    this.ownFargate ??= this.makeFargate();
    return this.ownFargate;
  }

  private makeFargate(): ServiceInput {
    const { network } = this;
    return { ...this.input, network, cluster: this.cluster(network.vpc) };
  }

  /** A function is in a network only if there is a database. */
  private get lambda(): FunctionInput {
    const { options } = this.input;
    return { ...this.input, network: options.databaseSecretArn === undefined ? undefined : this.network };
  }

  private get network(): Network {
    const { options } = this.input;
    this.ownNetwork ??= new Network(this, 'Network', { options, hasSecrets: this.hasSecrets });
    return this.ownNetwork;
  }

  private get hasSecrets(): boolean {
    const { producer, consumer, auth } = this.input.options;
    const ofWork = consumer === 'fargate' && Object.keys(this.needs.secrets ?? {}).length > 0;
    return ofWork || (producer === 'fargate' && auth.kind === 'api-keys');
  }

  private cluster(vpc: IVpc): ICluster {
    const { clusterArn } = this.input.options;
    // Container Insights counts running tasks, which the consumer's scaling needs.
    if (clusterArn === undefined)
      return new Cluster(this, 'Cluster', { vpc, containerInsightsV2: ContainerInsights.ENABLED });
    const { resourceName: clusterName = '' } = Stack.of(this).splitArn(clusterArn, ArnFormat.SLASH_RESOURCE_NAME);
    return Cluster.fromClusterAttributes(this, 'Cluster', { clusterArn, clusterName, vpc });
  }
}
