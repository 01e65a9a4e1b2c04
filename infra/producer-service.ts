import { Duration, Validations } from 'aws-cdk-lib';
import { MappingValue, ParameterMapping, VpcLink } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpAlbIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { type Secret } from 'aws-cdk-lib/aws-ecs';
import {
  ApplicationLoadBalancer,
  type ApplicationListener,
  ApplicationProtocol,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { type Construct } from 'constructs';
import { grantProducer } from './access';
import { databaseSecrets } from './database';
import { ImageService, type ServiceInput } from './image-service';
import { type Options } from './options';
import { type Auth } from './options-door';
import { storedSecret } from './stored-secret';
import { CALLER_HEADER, PRODUCER_PORT, producerVariables } from './variables';

/** A balancer's idle time; the producer keeps connections 65 s, so that it is never the first to close one. */
const IDLE_SECONDS = 60;

/** Longer than an answer that `Prefer: wait` holds for 20 s. */
const DEREGISTRATION_SECONDS = 30;

/**
 * The producer on Fargate: reached by the HTTP API's link through a balancer inside the network, and by nobody else.
 */
export class ProducerService extends ImageService {
  readonly integration: HttpAlbIntegration;

  constructor(scope: Construct, id: string, input: ServiceInput) {
    super(scope, id, {
      ...input,
      app: 'producer',
      port: PRODUCER_PORT,
      environment: { ...producerVariables(input), HOST: '0.0.0.0', ...guardVariables(input.options) },
      secrets: (task) => ({ ...apiKeys(task, input.options.auth), ...databaseSecrets(task, input.options) }),
    });
    grantProducer(this.service.taskDefinition.taskRole, input.messaging);
    const vpc = input.cluster.vpc;
    const description = 'Plusone: HTTP API to balancer';
    const linkGroup = new SecurityGroup(this, 'LinkGroup', { vpc, description, allowAllOutbound: false });
    const vpcLink = new VpcLink(this, 'Link', { vpc, subnets: input.network.subnets, securityGroups: [linkGroup] });
    this.integration = new HttpAlbIntegration('Producer', this.listener(input, linkGroup), {
      vpcLink,
      ...(input.options.auth.kind === 'iam' && { parameterMapping: SIGNER }),
    });
    this.scale(input.options);
  }

  private listener({ cluster, network }: ServiceInput, linkGroup: SecurityGroup): ApplicationListener {
    const balancer = new ApplicationLoadBalancer(this, 'Balancer', {
      vpc: cluster.vpc,
      vpcSubnets: network.subnets,
      internetFacing: false,
      idleTimeout: Duration.seconds(IDLE_SECONDS),
      dropInvalidHeaderFields: true,
    });
    const listener = balancer.addListener('Http', { port: 80, protocol: ApplicationProtocol.HTTP, open: false });
    listener.connections.allowFrom(linkGroup, Port.tcp(80), 'From the HTTP API');
    listener.addTargets('Tasks', {
      port: PRODUCER_PORT,
      protocol: ApplicationProtocol.HTTP,
      targets: [this.service],
      deregistrationDelay: Duration.seconds(DEREGISTRATION_SECONDS),
      // `live`, not `ready`: ECS replaces tasks that fail this, and new tasks do not mend a queue that is unavailable.
      healthCheck: { path: '/health/live', interval: Duration.seconds(10), healthyThresholdCount: 2 },
    });
    Validations.of(balancer).acknowledge({
      id: 'AwsSolutions-ELB2',
      reason:
        "All requests come through the HTTP API, whose access log has each of them; the balancer's would say it twice.",
    });
    return listener;
  }

  private scale({ producerTasks: { min, max } }: Options): void {
    const scaling = this.service.autoScaleTaskCount({ minCapacity: min, maxCapacity: max });
    scaling.scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: 60 });
  }
}

/** Writes the signer, which the API knows for every request that it lets through. */
const SIGNER = new ParameterMapping().overwriteHeader(CALLER_HEADER, MappingValue.contextVariable('identity.userArn'));

/**
 * The API checks callers, or the producer does by its keys; each caller is limited as well. A JWT that the API verified
 * says itself who calls: a header would be the caller's own wherever a token lacks the claim.
 */
function guardVariables({ auth, requestsPerSecond }: Options): Record<string, string> {
  const limit = { RATE_LIMIT_PER_SECOND: String(requestsPerSecond) };
  if (auth.kind === 'api-keys') return limit;
  return { ...limit, ALLOW_ANONYMOUS: 'true', CALLER_FROM: auth.kind === 'jwt' ? 'token' : `header:${CALLER_HEADER}` };
}

function apiKeys(scope: Construct, auth: Auth): Record<string, Secret> {
  if (auth.kind !== 'api-keys') return {};
  return { API_KEYS: storedSecret(scope, 'ApiKeys', auth.secret) };
}
