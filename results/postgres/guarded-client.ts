import type { PoolClient } from 'pg';
import { RecordRefused } from '../errors';

/** Comments, blanks and semicolons before a statement's first word. */
const BEFORE = String.raw`(?:[\s;]|--[^\n]*(?:\n|$)|/\*(?:[^*]|\*(?!/))*\*/)*`;

/** A savepoint, and what ends one, are the callback's own. */
const TRANSACTION = new RegExp(
  `^${BEFORE}(?:begin|start\\s+transaction|commit|end|abort|rollback(?!\\s+(?:work\\s+|transaction\\s+)?to\\b)|prepare\\s+transaction)\\b`,
  'i',
);

export function assertNoTransactionControl(sql: string): void {
  if (!TRANSACTION.test(sql)) return;
  throw new RecordRefused(
    `An effect is part of the transaction of its job's record, and begins and ends none; leave this out: ${sql}`,
  );
}

function textOf(query: unknown): string {
  if (typeof query === 'string') return query;
  if (typeof query !== 'object' || query === null || !('text' in query)) return '';
  return typeof query.text === 'string' ? query.text : '';
}

const call = (client: PoolClient, name: string | symbol, given: readonly unknown[]): unknown =>
  Reflect.apply(Reflect.get(client, name) as (...given: unknown[]) => unknown, client, given);

/**
 * The client as an effect gets it: what would begin or end a transaction, or close the connection, is refused. Giving it
 * back does nothing: libraries made for pools do so after each statement.
 */
export function guarded(client: PoolClient): {
  readonly client: PoolClient;
  readonly refusal: () => Error | undefined;
} {
  let refusal: Error | undefined;
  const refuse = (error: Error): never => {
    refusal ??= error;
    throw error;
  };
  const query = (...given: readonly unknown[]): unknown => {
    try {
      assertNoTransactionControl(textOf(given[0]));
    } catch (error) {
      refuse(error as Error);
    }
    return call(client, 'query', given);
  };
  const end = (): never => refuse(new RecordRefused("The connection of an effect is its record's; leave it open"));
  const own: Readonly<Record<PropertyKey, unknown>> = { query, release: () => undefined, end };
  const proxy = new Proxy(client, {
    get: (target, name) => {
      if (Object.hasOwn(own, name)) return own[name];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (...given: readonly unknown[]) => call(target, name, given) : value;
    },
  });
  return { client: proxy, refusal: () => refusal };
}
