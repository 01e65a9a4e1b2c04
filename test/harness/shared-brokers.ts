import { processVariables, readEnvironment } from '../../contract/environment';
import { type BrokerHabits } from '../../ops/broker';
import { SHARED_BROKERS, startBrokerProcess } from './broker-process';
import { endApps } from './processes';

interface Project {
  readonly globals: { readonly brokerHabits?: BrokerHabits };
}

/**
 * Before all test files: an embedded broker for each of jest's workers, which run one file after another. To start one
 * takes a third of a second of a processor, and more than a hundred files need one.
 */
export default async function start({ maxWorkers }: { readonly maxWorkers: number }, { globals }: Project) {
  if (readEnvironment().sqsEndpoint !== undefined) return;
  const habits = globals.brokerHabits ?? {};
  const brokers = await Promise.all(Array.from({ length: maxWorkers }, () => startBrokerProcess({ habits })));
  Object.assign(processVariables, { [SHARED_BROKERS]: brokers.map(({ endpoint }) => endpoint).join(' ') });
}

/** After all of them. */
export const end = endApps;
