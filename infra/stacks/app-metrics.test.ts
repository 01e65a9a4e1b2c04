import { type Template } from 'aws-cdk-lib/assertions';
import { freePort } from '../../experiments/rig/proxy/free-port';
import { scrape } from '../../test/harness/scrape';
import { withBroker } from '../../test/harness/broker';
import { endApps, runApp } from '../../test/harness/processes';
import { synthesize } from '../synthesis';

jest.setTimeout(90_000);

const broker = withBroker();
afterAll(endApps);

const ALL = [
  ['lambda', 'lambda'],
  ['fargate', 'fargate'],
] as const;

/** Names that alarms and dashboard ask the namespace for, as `consumer plusone_…`. */
function asked(template: Template): Set<string> {
  const found = {
    ...template.findResources('AWS::CloudWatch::Alarm'),
    ...template.findResources('AWS::CloudWatch::Dashboard'),
  };
  const text = JSON.stringify(found).replaceAll('\\', '');
  const onDashboard = [...text.matchAll(/"(plusone_[\w-]+)","(?:queue",.{0,120}?,")?service","(\w+)"/g)];
  const inAlarms = [...text.matchAll(/"Value":"(\w+)"\}\],"MetricName":"(plusone_[\w-]+)"/g)];
  return new Set([
    ...onDashboard.map(([, name = '', app = '']) => `${app} ${name}`),
    ...inAlarms.map(([, app = '', name = '']) => `${app} ${name}`),
  ]);
}

/** How EMF names a series: its type left out, its other labels at the end. */
const emfName = (line: string): string =>
  [
    line.replace(/\{.*/, '').replace(/_(bucket|sum|count)$/, ''),
    ...[...line.matchAll(/(\w+)="([^"]*)"/g)].flatMap(([, label, value = '']) =>
      label === 'type' || label === 'le' ? [] : [value],
    ),
  ].join('_');

/** What an app counts, each name with the app's before it. */
async function counted(app: string, env: Readonly<Record<string, string>>): Promise<string[]> {
  const [port, own] = [String(await freePort()), String(await freePort())];
  const ports = { METRICS_PORT: port, CONSUMER_METRICS_PORT: port, PORT: own, CONSUMER_PORT: own };
  const process = runApp(`dist/${app}/main.js`, { env: { ...env, ...ports, RESULTS: 'none' } });
  await process.line(/Metrics at/);
  const { series } = await scrape(port);
  await process.stop();
  return Object.keys(series).map((line) => `${app} ${emfName(line)}`);
}

it('are such as the apps count', async () => {
  const { env } = await broker().createQueues();
  const known = new Set([...(await counted('producer', env)), ...(await counted('consumer', env))]);
  const names = asked(synthesize().compute);
  expect(names.size).toBeGreaterThan(20);
  expect(names).toContain('consumer plusone_leases_lost_total');
  expect([...names].filter((name) => !known.has(name))).toEqual([]);
  const reasons = (all: Iterable<string>): string[] => [...all].filter((name) => name.includes('dead_letters_total_'));
  expect(reasons(names).sort()).toEqual(reasons(known).sort());
});

it.each(ALL)('are written by a producer on %s and a consumer on %s', (producer, consumer) => {
  const { compute } = synthesize({ producer, consumer });
  const kind = producer === 'lambda' ? 'AWS::Lambda::Function' : 'AWS::ECS::TaskDefinition';
  const apps = Object.values(compute.findResources(kind)).map((app) => JSON.stringify(app));
  const written = apps.filter((app) => /"METRICS":"emf"|\{"Name":"METRICS","Value":"emf"\}/.test(app));
  expect(written).toHaveLength(2);
});

it.each(['RunsFail', 'StoreUnavailable', 'TimeInQueue', 'LeasesLost'])('%s says what to do', (name) => {
  const { compute } = synthesize();
  const alarms = Object.entries(compute.findResources('AWS::CloudWatch::Alarm'));
  const found = alarms
    .filter(([id]) => id.startsWith(`Alarms${name}`))
    .map(([, { Properties }]) => Properties as object);
  expect(found).toMatchObject([{ TreatMissingData: 'notBreaching', ComparisonOperator: 'GreaterThanThreshold' }]);
  expect(JSON.stringify(found)).toContain(`docs/operations.md has it under ${name}.`);
});
