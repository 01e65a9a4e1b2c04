import { type Labels } from '../metrics/metrics';
import { WiringError } from '../sqs/errors';

/** The name of a queue that was given none. */
export const DEFAULT_QUEUE = 'default';

/** The labels of a queue's metrics: its name, if it has one. */
export const queueLabels = ({ name }: { readonly name?: string | undefined }): Labels =>
  name === undefined ? {} : { queue: name };

/** The value of the queue of this name, or of the only queue if none is named. */
export function byName<Value>(values: ReadonlyMap<string, Value>, name: string | undefined): Value {
  const [only] = values.values();
  const found = name === undefined && values.size === 1 ? only : values.get(name ?? '');
  if (found) return found;
  const names = [...values.keys()].join(', ');
  throw new WiringError(name === undefined ? `Say which queue: ${names}.` : `There is no queue '${name}': ${names}.`);
}
