import { App, Stack } from 'aws-cdk-lib';
import 'aws-cdk-lib/testhelpers/jest-autoclean';
import { HttpUrlIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { CDK_CONTEXT } from '../cdk-context';
import { FrontDoor } from '../front-door';
import { type Context } from '../option-reader';
import { readOptions } from '../options';

function templateOf(context: Context = {}): Template {
  const options = readOptions(context);
  const stack = new Stack(new App({ context: CDK_CONTEXT }), 'Test', { env: { region: options.region } });
  new FrontDoor(stack, 'Door', { options, integration: new HttpUrlIntegration('Producer', 'https://example.com') });
  return Template.fromStack(stack);
}

describe('the way in', () => {
  it('is for whom IAM knows, unless chosen otherwise', () => {
    templateOf().allResourcesProperties('AWS::ApiGatewayV2::Route', { AuthorizationType: 'AWS_IAM' });
  });

  it('is for who has a token of the issuer, for this audience', () => {
    const template = templateOf({ auth: 'jwt', jwtIssuer: 'https://issuer.example.com', jwtAudience: 'jobs' });
    template.allResourcesProperties('AWS::ApiGatewayV2::Route', { AuthorizationType: 'JWT' });
    template.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
      JwtConfiguration: { Audience: ['jobs'], Issuer: 'https://issuer.example.com' },
    });
  });

  it("is the producer's to guard by its own keys", () => {
    const template = templateOf({ auth: 'api-keys', apiKeysSecret: 'plusone/keys' });
    template.allResourcesProperties('AWS::ApiGatewayV2::Route', { AuthorizationType: 'NONE' });
  });

  it('lets a limited number of requests through and logs each as one line, without its body', () => {
    const template = templateOf({ requestsPerSecond: '7' });
    template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      DefaultRouteSettings: { ThrottlingRateLimit: 7, ThrottlingBurstLimit: 14 },
      AccessLogSettings: {
        Format: Match.stringLikeRegexp('"status":"\\$context.status"'),
        DestinationArn: Match.anyValue(),
      },
    });
  });

  it.each([
    { auth: 'iam' },
    { auth: 'jwt', jwtIssuer: 'https://issuer.example.com', jwtAudience: 'jobs' },
    { auth: 'api-keys', apiKeysSecret: 'plusone/keys' },
  ])('with %j answers a browser that asks, which has no token, and nothing else without one', (context) => {
    const template = templateOf({ ...context, corsOrigins: 'https://a.example.com,http://localhost:5173' });
    template.hasResourceProperties('AWS::ApiGatewayV2::Api', {
      CorsConfiguration: Match.objectLike({
        AllowOrigins: ['https://a.example.com', 'http://localhost:5173'],
        AllowMethods: ['GET', 'POST'],
        AllowHeaders: Match.arrayWith(['authorization', 'content-type', 'idempotency-key', 'prefer', 'x-api-key']),
        ExposeHeaders: ['location', 'retry-after'],
      }),
    });
    const withoutToken = { Properties: { AuthorizationType: 'NONE' } };
    const open = Object.values(template.findResources('AWS::ApiGatewayV2::Route', withoutToken)).map(
      ({ Properties }): unknown => Properties['RouteKey'],
    );
    const expected = context.auth === 'api-keys' ? ['$default'] : ['OPTIONS /', 'OPTIONS /{proxy+}'];
    expect(open.sort()).toEqual(expected);
  });

  it('is no page’s to use unless its origin is named', () => {
    templateOf().hasResourceProperties('AWS::ApiGatewayV2::Api', { CorsConfiguration: Match.absent() });
  });

  it('is a domain of your own and no other', () => {
    const template = templateOf({
      domain: 'jobs.example.com',
      certificate: 'arn:aws:acm:ap-northeast-2:111122223333:certificate/6b1f7d3e-0000-4000-8000-000000000000',
    });
    template.hasResourceProperties('AWS::ApiGatewayV2::Api', { DisableExecuteApiEndpoint: true });
    template.hasResourceProperties('AWS::ApiGatewayV2::DomainName', { DomainName: 'jobs.example.com' });
    template.resourceCountIs('AWS::ApiGatewayV2::ApiMapping', 1);
    template.hasOutput('*', { Value: 'https://jobs.example.com/' });
  });
});
