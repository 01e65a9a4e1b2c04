import { StoreUnusable } from './errors';
import type { Records } from './records';
import { SqliteRecords } from './sqlite';

/** Opens the results store that `RESULTS` names: `sqlite:PATH`, later `dynamodb:TABLE` too. */
export async function openRecords(spec: string): Promise<Records> {
  const separator = spec.indexOf(':');
  const kind = spec.slice(0, separator);
  const place = spec.slice(separator + 1);
  if (kind === 'sqlite' && place !== '') return SqliteRecords.open(place);
  if (kind === 'dynamodb') {
    throw new StoreUnusable(`RESULTS is "${spec}", but results in DynamoDB are not there yet; use sqlite:PATH`);
  }
  throw new StoreUnusable(`RESULTS is "${spec}"; it takes sqlite:PATH`);
}
