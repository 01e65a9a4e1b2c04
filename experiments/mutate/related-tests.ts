/** The tests of a file of `transport/`, the quickest first; they run until one fails. */
export function relatedTests(path: string): readonly string[] {
  const tests = RELATED[path];
  if (!tests) throw new Error(`No tests are named for ${path} in related-tests.ts.`);
  return tests;
}

const flow = (...names: string[]): string[] => names.map((name) => `test/transport/${name}.test.ts`);

const RELATED: Readonly<Record<string, readonly string[]>> = {
  'transport/delivery/decision.ts': ['transport/delivery/decision.test.ts', ...flow('retry', 'begun-runs')],
  'transport/delivery/delivery.ts': flow('dead-letter-form', 'fifo-by-attributes', 'begun-runs'),
  'transport/delivery/dead-letter.ts': ['transport/delivery/dead-letter.test.ts', ...flow('dead-letter-form')],
  'transport/delivery/process-attempts.ts': flow('storeless', 'retry'),
  'transport/run/admission.ts': [
    'transport/run/admission-room.test.ts',
    'transport/run/admission-permits.test.ts',
    ...flow('room', 'begun-runs', 'handler-timeout'),
  ],
  'transport/run/groups.ts': ['transport/run/groups.test.ts', ...flow('room', 'fifo')],
  'transport/run/in-flight.ts': flow('lost-leases', 'lease'),
  'transport/run/heartbeats.ts': flow('lost-leases', 'lease'),
  'transport/run/verdicts.ts': flow('begun-runs', 'lost-leases', 'retry', 'drain'),
  'transport/run/worker.ts': flow('room', 'lost-leases', 'dead-letters-refused', 'drain', 'fifo', 'storeless'),
  'transport/run/runner.ts': flow('room', 'handler-timeout', 'begun-runs'),
  'transport/receive/pump.ts': flow('odd-answers', 'room', 'broker-faults'),
  'transport/settle/settlement.ts': flow('settlement', 'lost-leases', 'storeless'),
  'transport/settle/dead-letter-queue.ts': flow('dead-letter-queue', 'dead-letters-refused'),
  'transport/settle/delivery-memory.ts': [
    'transport/settle/delivery-memory.test.ts',
    ...flow('settlement', 'storeless'),
  ],
  'transport/sqs/batch-answer.ts': flow('odd-answers', 'sender'),
  'transport/sqs/batcher.ts': ['transport/sqs/batcher.test.ts', ...flow('sender')],
  'transport/aws/limit.ts': ['transport/sqs/clients.test.ts', ...flow('slow-answers')],
};

export const MUTATED: readonly string[] = Object.keys(RELATED);
