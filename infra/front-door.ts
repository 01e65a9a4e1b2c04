import { CfnOutput, Duration, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  DomainName,
  CorsHttpMethod,
  type CorsPreflightOptions,
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  type HttpRouteIntegration,
  HttpStage,
  type IHttpRouteAuthorizer,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer, HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Construct } from 'constructs';
import { type Alarms, FIVE_MINUTES } from './alarms';
import { logGroup } from './log-group';
import { type Options } from './options';
import { type Auth } from './options-door';

export interface FrontDoorProps {
  readonly options: Options;
  /** Leads to the producer, wherever it runs. */
  readonly integration: HttpRouteIntegration;
}

/** The HTTP API in front of the producer: who may call, how often, and a log of each request. */
export class FrontDoor extends Construct {
  readonly api: HttpApi;

  constructor(scope: Construct, id: string, { options, integration }: FrontDoorProps) {
    super(scope, id);
    const { auth, stage, keepData, domain, corsOrigins, requestsPerSecond } = options;
    const authorizer = authorizerOf(auth);
    this.api = new HttpApi(this, 'Api', {
      apiName: `plusone-${stage}`,
      createDefaultStage: false,
      // One route for all: the producer itself answers 404 and 405.
      defaultIntegration: integration,
      ...(authorizer && { defaultAuthorizer: authorizer }),
      ...(corsOrigins && { corsPreflight: corsOf(corsOrigins) }),
      // With a domain of your own there is no second way in.
      disableExecuteApiEndpoint: domain !== undefined,
    });
    if (corsOrigins && authorizer) this.openPreflight(integration);
    const apiStage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: requestsPerSecond, burstLimit: 2 * requestsPerSecond },
      accessLogSettings: {
        destination: new LogGroupLogDestination(logGroup(this, keepData)),
        format: AccessLogFormat.custom(LOG_LINE),
      },
      ...(domain && { domainMapping: { domainName: this.domainName(domain) } }),
    });
    // A fixed name, for scripts.
    const url = domain ? `https://${domain.name}/` : apiStage.url;
    new CfnOutput(this, 'Url', { value: url }).overrideLogicalId('Url');
    if (auth.kind === 'api-keys')
      Validations.of(this).acknowledge({
        id: 'AwsSolutions-APIG4',
        reason:
          'By choice (auth=api-keys) the producer checks the key of each request itself, before it reads the body.',
      });
  }

  /**
   * A browser asks without a token whether it may call. The API itself answers that, but only on a route without an
   * authorizer, which the default route is not:
   * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
   */
  private openPreflight(integration: HttpRouteIntegration): void {
    const authorizer = new HttpNoneAuthorizer();
    for (const path of ['/', '/{proxy+}'])
      for (const route of this.api.addRoutes({ path, methods: [HttpMethod.OPTIONS], integration, authorizer }))
        Validations.of(route).acknowledge({
          id: 'AwsSolutions-APIG4',
          reason: 'By choice (corsOrigins) a browser may ask what it may call; the producer answers OPTIONS with 405.',
        });
  }

  private domainName({ name, certificateArn }: NonNullable<Options['domain']>): DomainName {
    const certificate = Certificate.fromCertificateArn(this, 'Certificate', certificateArn);
    const domainName = new DomainName(this, 'Domain', { domainName: name, certificate });
    const [value, description] = [domainName.regionalDomainName, `CNAME of ${name}`];
    new CfnOutput(this, 'DomainTarget', { value, description }).overrideLogicalId('DomainTarget');
    return domainName;
  }

  watch(alarms: Alarms): void {
    alarms.add('ApiErrors', {
      metric: this.api.metricServerError({ period: FIVE_MINUTES, statistic: 'Sum' }),
      above: 0,
      periods: 2,
      says: 'Callers got 5xx for ten minutes: the producer, the queue or the results table is unavailable.',
    });
  }
}

/** The headers of requests and answers that a browser does not let through by itself. */
const corsOf = (origins: readonly string[]): CorsPreflightOptions => ({
  allowOrigins: [...origins],
  allowMethods: [CorsHttpMethod.GET, CorsHttpMethod.POST],
  allowHeaders: [
    ...['authorization', 'content-type', 'idempotency-key', 'prefer', 'traceparent', 'tracestate', 'x-api-key'],
    // Of a signature.
    ...['x-amz-content-sha256', 'x-amz-date', 'x-amz-security-token'],
  ],
  exposeHeaders: ['location', 'retry-after'],
  maxAge: Duration.hours(1),
});

function authorizerOf(auth: Auth): IHttpRouteAuthorizer | undefined {
  if (auth.kind === 'iam') return new HttpIamAuthorizer();
  if (auth.kind === 'jwt') return new HttpJwtAuthorizer('Jwt', auth.issuer, { jwtAudience: [auth.audience] });
  return undefined;
}

/** One line of JSON per request; neither body nor key. */
const LOG_LINE = JSON.stringify({
  requestId: '$context.requestId',
  time: '$context.requestTime',
  method: '$context.httpMethod',
  path: '$context.path',
  status: '$context.status',
  milliseconds: '$context.responseLatency',
  bytes: '$context.responseLength',
  ip: '$context.identity.sourceIp',
  caller: '$context.identity.caller',
  error: '$context.error.message',
  integrationError: '$context.integrationErrorMessage',
});
