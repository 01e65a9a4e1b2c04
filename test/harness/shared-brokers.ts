import { processVariables, readEnvironment } from '../../contract/environment';
import { type BrokerHabits } from '../../ops/broker';
import { SHARED_BROKERS, startBrokerProcess } from './broker-process';
import { endApps } from './processes';

interface Project {
  readonly globals: { readonly brokerHabits?: BrokerHabits };
}

/**
 * Runs before all test files. Starts an embedded broker for each of jest's workers, which run one file after another.
 * A start takes a third of a second of a processor, and more than a hundred files need a broker.
 */
export default async function start({ maxWorkers }: { readonly maxWorkers: number }, { globals }: Project) {
  if (readEnvironment().sqsEndpoint !== undefined) return;
  const habits = globals.brokerHabits ?? {};
  const brokers = await Promise.all(Array.from({ length: maxWorkers }, () => startBrokerProcess({ habits })));
  Object.assign(processVariables, { [SHARED_BROKERS]: brokers.map(({ endpoint }) => endpoint).join(' ') });
}

/** Runs after all test files. */
export const end = endApps;
