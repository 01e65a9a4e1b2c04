/** The tests of a file of `transport/`, the quickest first; they run until one fails. */
export function relatedTests(path: string): readonly string[] {
  const tests = RELATED[path];
  if (!tests) throw new Error(`No tests are named for ${path} in related-tests.ts.`);
  return tests;
}

const flow = (...names: string[]): string[] => names.map((name) => `test/transport/${name}.test.ts`);

const EVENTS = [...flow('events', 'policy'), 'test/lambda/deadline.test.ts'];

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
  'transport/run/in-flight.ts': [
    'transport/run/in-flight.test.ts',
    ...flow('heartbeats', 'lost-leases', 'lease', 'lease-metrics', 'handler-timeout', 'begun-runs', 'policy'),
    ...flow('drain', 'storeless', 'room'),
  ],
  'transport/run/heartbeats.ts': [
    ...flow('lost-leases', 'lease', 'lease-metrics', 'heartbeats', 'drain'),
    'test/consumer/held-loop.test.ts',
    'test/consumer/clock-steps.test.ts',
  ],
  'transport/run/runner.ts': flow(
    'retry',
    'lost-leases',
    'lease-metrics',
    'drain',
    'failure-log',
    'begun-runs',
    'store-away',
    'room',
    'handler-timeout',
    'policy',
  ),
  'transport/run/worker.ts': flow(
    'fifo',
    'lost-leases',
    'drain',
    'drain-order',
    'storeless',
    'lease-metrics',
    'handler-timeout',
    'concurrency',
    'room',
    'begun-runs',
    'settled',
    'failure-log',
    'dead-letters-refused',
  ),
  'transport/run/start-queue.ts': ['transport/run/start-queue.test.ts'],
  'transport/run/deliveries.ts': flow('lost-leases', 'drain', 'drain-order', 'lease', 'room'),
  'transport/receive/pump.ts': [
    'transport/receive/pump.test.ts',
    ...flow('odd-answers', 'broker-faults', 'lease-metrics', 'drain', 'room'),
    'test/consumer/health.test.ts',
    'test/consumer/stuck-health.test.ts',
    ...flow('slow-answers'),
  ],
  'transport/receive/poll-gate.ts': [
    'transport/receive/poll-gate.test.ts',
    ...flow('broker-faults', 'drain', 'room'),
    'test/consumer/paused.test.ts',
  ],
  'transport/events/event-run.ts': EVENTS,
  'transport/events/event-intake.ts': EVENTS,
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
