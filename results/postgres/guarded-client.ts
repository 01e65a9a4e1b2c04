import type { PoolClient } from 'pg';
import { errorOf } from '../../contract/thrown';
import { EffectRefused, RecordRefused } from '../errors';

/** Comments, blanks and semicolons before a statement's first word. */
const BEFORE = String.raw`(?:[\s;]|--[^\n]*(?:\n|$)|/\*(?:[^*]|\*(?!/))*\*/)*`;

/** Statements that begin or end a transaction. Savepoints are the callback's own. */
const TRANSACTION = new RegExp(
  `^${BEFORE}(?:begin|start\\s+transaction|commit|end|abort|rollback(?!\\s+(?:work\\s+|transaction\\s+)?to\\b)|prepare\\s+transaction)\\b`,
  'i',
);

/**
 * Settings of the session, which would reach the next effect and its record: another schema's path, a role, a tenant.
 */
const SESSION = new RegExp(String.raw`^${BEFORE}set\s+(?!(?:local|transaction|constraints)\b)`, 'i');

export function assertWithin(sql: string): void {
  if (TRANSACTION.test(sql)) {
    throw new RecordRefused(
      `An effect is part of the transaction of its job's record, and begins and ends none; leave this out: ${sql}`,
    );
  }
  if (SESSION.test(sql))
    throw new RecordRefused(`What this sets would stay for the effects after it; SET LOCAL ends with its own: ${sql}`);
}

function textOf(query: unknown): string {
  if (typeof query === 'string') return query;
  if (typeof query !== 'object' || query === null || !('text' in query)) return '';
  return typeof query.text === 'string' ? query.text : '';
}

function call(client: PoolClient, name: string | symbol, given: readonly unknown[]): unknown {
  const method: unknown = Reflect.get(client, name);
  return typeof method === 'function' ? Reflect.apply(method, client, given) : undefined;
}

/**
 * Sends a query by the extended protocol, so that it is one statement: a second could end the transaction. Objects that
 * submit themselves stay as they are.
 */
function single(query: unknown): unknown {
  if (typeof query === 'string') return { text: query, queryMode: 'extended' };
  const isConfig = typeof query === 'object' && query !== null && !('submit' in query);
  return isConfig ? { ...query, queryMode: 'extended' } : query;
}

/** The client of an effect, as long as that runs. */
export interface Guard {
  readonly client: PoolClient;
  /** What was refused, even if the effect caught it. */
  readonly refusal: () => Error | undefined;
  /** Rejects once the connection is lost, which an effect that waits for something else would not notice. */
  readonly lost: Promise<never>;
  /** From here on the connection is another effect's. */
  readonly end: () => void;
}

/**
 * The client for an effect. It refuses whatever would begin or end a transaction, outlast it or close the connection,
 * and everything after the effect. Releasing it does nothing: libraries made for pools do so after each statement.
 */
export function guarded(client: PoolClient): Guard {
  let refusal: Error | undefined;
  let isOver = false;
  const refuse = (error: Error): never => {
    refusal ??= error;
    throw error;
  };
  const query = (first: unknown, ...rest: readonly unknown[]): unknown => {
    if (isOver) throw new EffectRefused('The effect was over when this came; let its callback await each statement');
    try {
      assertWithin(textOf(first));
    } catch (error) {
      refuse(errorOf(error));
    }
    return call(client, 'query', [single(first), ...rest]);
  };
  const close = (): never => refuse(new RecordRefused("The connection of an effect is its record's; leave it open"));
  const own: Readonly<Record<PropertyKey, unknown>> = { query, release: () => undefined, end: close };
  const proxy = new Proxy(client, {
    get: (target, name) => {
      if (Object.hasOwn(own, name)) return own[name];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (...given: readonly unknown[]) => call(target, name, given) : value;
    },
  });
  const { promise: lost, reject: lose } = Promise.withResolvers<never>();
  client.on('error', lose);
  const end = (): void => {
    isOver = true;
    client.off('error', lose);
  };
  return { client: proxy, refusal: () => refusal, lost, end };
}
