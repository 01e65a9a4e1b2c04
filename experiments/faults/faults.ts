/** What stops and kills do to real consumer processes on a real broker: `npm run faults -- --help`. */
import { announce, conclude } from '../rig/cli/report';
import { run } from '../rig/cli/run';
import { ExperimentBroker } from '../rig/experiment-broker';
import { kill } from './kill';
import { readOptions } from './options';
import { stop } from './stop';

const EXPERIMENTS = { stop, kill };

async function main(): Promise<number> {
  const options = readOptions(['stop', 'kill'], process.argv.slice(2));
  const { rounds, jobs, broker, json } = options;
  const place = await ExperimentBroker.open(broker);
  const facts = {
    experiment: options.name,
    broker: broker ?? 'embedded, in memory',
    node: process.version,
    startedAt: new Date().toISOString(),
    rounds,
    jobs,
  };
  announce(facts);
  try {
    return conclude(facts, await EXPERIMENTS[options.name]({ place, rounds, jobs }), json);
  } finally {
    await place.close();
  }
}

void run(main);
