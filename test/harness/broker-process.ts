import { type BrokerHabits, habitArguments, isBrokerReady } from '../../ops/broker';
import { eventually } from './eventually';
import { type App, runApp } from './processes';

/** The habits that a jest configuration gives every embedded broker: see `test/any-order.config.js`. */
declare global {
  var brokerHabits: BrokerHabits | undefined;
}

/** Where the shared brokers listen, one for each of jest's workers. */
export const SHARED_BROKERS = 'TEST_SHARED_BROKERS';

/** Starts a broker process; `dataDir` keeps its data. Resolves once it listens. */
export async function startBrokerProcess(
  options: { port?: number; dataDir?: string; habits?: BrokerHabits } = {},
): Promise<{ app: App; endpoint: string }> {
  const { port = 0, dataDir, habits = {} } = options;
  const args = [
    ...['--port', String(port)],
    ...(dataDir === undefined ? [] : ['--data-dir', dataDir]),
    ...habitArguments(habits),
  ];
  const app = runApp('dist/ops/broker.js', { args, ipc: true });
  await eventually(() => app.messages.some(isBrokerReady) || !app.running);
  const ready = app.messages.find(isBrokerReady);
  if (!ready) throw new Error(`The broker did not start:\n${app.lines.join('\n')}`);
  return { app, endpoint: ready.listening };
}
