import { endApps, runApp } from '../test/harness/processes';

afterAll(endApps);

test('with nothing that says where the queues are to be, it says so at once', async () => {
  const app = runApp('dist/ops/provision.js', {
    env: { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_CONFIG_FILE: '/dev/null', AWS_REGION: '' },
  });
  expect((await app.exit()).code).toBe(1);
  expect(app.lines).toEqual([
    'Queues and table cannot be provisioned: nothing says where the queues are; set AWS_ENDPOINT_URL_SQS, or AWS_REGION for AWS',
  ]);
});
