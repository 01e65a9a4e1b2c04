import { credentialVariables, isLocalEndpoint } from './child-environment';

describe('dummy credentials', () => {
  it.each([
    ['http://127.0.0.1:4100', true],
    ['http://[::1]:4100', true],
    ['http://localhost:4566', true],
    ['http://sqs.us-east-1.localhost:4566', true],
    ['http://elasticmq:9324', true],
    ['http://host.docker.internal:4566', true],
    ['http://10.0.0.5:9324', true],
    ['http://172.20.0.3:9324', true],
    ['http://172.40.0.3:9324', false],
    ['http://127.0.0.1.example.com', false],
    ['https://sqs.us-east-1.amazonaws.com', false],
    ['http://8.8.8.8', false],
    ['not a url', false],
    [undefined, false],
  ])('%s is local: %s', (endpoint, local) => {
    expect(isLocalEndpoint(endpoint)).toBe(local);
  });

  it('are given for a local endpoint only, and never over those of the environment', () => {
    const endpoint = 'http://127.0.0.1:4100';
    expect(credentialVariables(endpoint, {})).toEqual({ AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
    expect(credentialVariables(endpoint, { AWS_ACCESS_KEY_ID: 'mine' })).toEqual({});
    expect(credentialVariables(endpoint, { AWS_PROFILE: 'mine' })).toEqual({});
    expect(credentialVariables('https://sqs.eu-west-1.amazonaws.com', {})).toEqual({});
    expect(credentialVariables(undefined, {})).toEqual({});
  });
});
