import { type BrokerHabits, habitArguments, isBrokerReady } from '../../../ops/broker';
import { Child } from '../../../ops/child';
import { childEnvironment } from '../../../ops/child-environment';

export interface EmbeddedBroker {
  readonly process: Child;
  readonly endpoint: string;
}

export interface EmbeddedBrokerOptions {
  /** A free one by default. */
  readonly port?: number;
  /** In memory without one. */
  readonly dataDir?: string | undefined;
  readonly habits?: BrokerHabits;
}

export async function startEmbeddedBroker(options: EmbeddedBrokerOptions = {}): Promise<EmbeddedBroker> {
  const { port = 0, dataDir, habits = {} } = options;
  const process = new Child({
    name: 'broker',
    script: 'ops/broker.js',
    args: [
      ...['--port', String(port)],
      ...(dataDir === undefined ? [] : ['--data-dir', dataDir]),
      ...habitArguments(habits),
    ],
    env: childEnvironment({}),
    showOutput: false,
  });
  const ready = await process.message();
  if (!isBrokerReady(ready)) throw new Error('The broker said something else than where it listens.');
  return { process, endpoint: ready.listening };
}
