import { processVariables, readEnvironment } from '../../contract/environment';
import { type BrokerHabits } from '../../ops/broker';
import { SHARED_BROKER, startBrokerProcess } from './broker-process';
import { endApps } from './processes';

interface Project {
  readonly globals: { readonly brokerHabits?: BrokerHabits };
}

/**
 * Before all test files: the embedded broker that they share, each with queues of its own. To start one takes a third of
 * a second of a processor, and more than a hundred files need one.
 */
export default async function start(_config: unknown, { globals: { brokerHabits: habits = {} } }: Project) {
  if (readEnvironment().sqsEndpoint !== undefined) return;
  const { endpoint } = await startBrokerProcess({ habits });
  Object.assign(processVariables, { [SHARED_BROKER]: endpoint });
}

/** After all of them. */
export const end = endApps;
