import { freePort } from '../../experiments/rig/proxy/free-port';
import { withBroker } from '../harness/broker';
import { eventually } from '../harness/eventually';
import { endApps, runApp } from '../harness/processes';
import { scrape } from '../harness/scrape';

const broker = withBroker();
afterAll(endApps);

it('calls of a store that is unavailable are counted for as long as it is, though no job runs', async () => {
  const { env } = await broker().createQueues();
  const port = String(await freePort());
  runApp('dist/consumer/main.js', {
    env: {
      ...env,
      CONSUMER_PORT: String(await freePort()),
      CONSUMER_METRICS_PORT: port,
      RESULTS: 'dynamodb:none-here',
      AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${await freePort()}`,
    },
  });
  const away = (): Promise<number> =>
    eventually(async () => {
      const { series } = await scrape(port);
      const failed = series['plusone_store_calls_total{call="read",outcome="unavailable"}'] ?? 0;
      return series['plusone_store_breaker_open'] === 1 && failed;
    });
  const first = await away();
  expect(first).toBeGreaterThan(0);
  await eventually(async () => (await away()) >= first + 2);
});
