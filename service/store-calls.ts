import { type Counter, type Metrics } from '../transport/index';

const CALLS = {
  name: 'plusone_store_calls_total',
  help: 'Calls of the results store, by kind and whether it was there.',
};

type Outcomes = Readonly<Record<'answered' | 'unavailable', Counter>>;

/** Returns a function to call for each call of the results store. `failure`: the store was unavailable for it. */
export function storeCallCounter(metrics: Metrics): (call: 'read' | 'write', failure: Error | undefined) => void {
  const of = (call: string): Outcomes => ({
    answered: metrics.counter(CALLS, { call, outcome: 'answered' }),
    unavailable: metrics.counter(CALLS, { call, outcome: 'unavailable' }),
  });
  const calls = { read: of('read'), write: of('write') };
  return (call, failure) => {
    calls[call][failure ? 'unavailable' : 'answered'].add();
  };
}
