import { randomUUID } from 'node:crypto';
import { envelope } from '../rig/jobs';
import { COUNT } from '../rig/count-jobs';
import { type Outgoing } from '../rig/queues';

export interface Poison extends Outgoing {
  /** As the dead letter must say. */
  readonly reason: string;
}

interface Kind {
  readonly body: () => string;
  readonly type?: string;
  readonly version?: number;
  readonly reason: string;
}

const KINDS: readonly Kind[] = [
  { body: () => 'not JSON', reason: 'malformed' },
  { body: () => '{"input":1', reason: 'malformed' },
  { body: () => `${'['.repeat(1_000)}${']'.repeat(1_000)}`, reason: 'malformed' },
  { body: () => 'null', reason: 'invalid' },
  { body: () => '[1]', reason: 'invalid' },
  { body: () => JSON.stringify({ id: randomUUID(), input: '1' }), reason: 'invalid' },
  { body: () => JSON.stringify({ id: randomUUID(), input: null }), reason: 'invalid' },
  { body: () => '{"id":"seven","input":1}', reason: 'invalid' },
  { body: () => JSON.stringify({ id: randomUUID(), input: 1 }), type: 'discount', reason: 'unknown-type' },
  {
    body: () => JSON.stringify({ id: randomUUID(), input: 1 }),
    version: 2,
    reason: 'unsupported-version',
  },
];

/** Messages that can never be done, of every kind in turn. */
export function makePoison(count: number): Poison[] {
  return Array.from({ length: count }, (_, index) => {
    const { body, type = COUNT.type, version = 1, reason } = KINDS[index % KINDS.length] ?? missing();
    return { body: body(), attributes: envelope(type, version), reason };
  });
}

function missing(): never {
  throw new RangeError('There are no kinds of poison.');
}
