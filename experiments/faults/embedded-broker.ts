import { isBrokerReady } from '../../ops/broker';
import { Child } from '../../ops/child';
import { childEnvironment } from '../../ops/child-environment';

export interface EmbeddedBroker {
  readonly process: Child;
  readonly endpoint: string;
}

/** Starts an embedded broker; port 0 for a free one, without `dataDir` in memory. */
export async function startEmbeddedBroker(port = 0, dataDir?: string): Promise<EmbeddedBroker> {
  const process = new Child({
    name: 'broker',
    script: 'ops/broker.js',
    args: ['--port', String(port), ...(dataDir === undefined ? [] : ['--data-dir', dataDir])],
    env: childEnvironment({}),
    showOutput: false,
  });
  const ready = await process.message();
  if (!isBrokerReady(ready)) throw new Error('The broker said something else than where it listens.');
  return { process, endpoint: ready.listening };
}
