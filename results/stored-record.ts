import { DEFAULT_TYPE } from '../contract/job';
import type { JobRecord } from './records';

/** A record as stores keep it: input and result are JSON text, parsed only when they are read. */
export interface StoredRecord extends Omit<JobRecord, 'input' | 'result'> {
  readonly input?: string;
  readonly result?: string;
}

/** A record of an older version names no type. */
export const typeOf = ({ type = DEFAULT_TYPE }: Pick<StoredRecord, 'type'>): string => type;

export const valueOf = (json: string | undefined): unknown => (json === undefined ? undefined : JSON.parse(json));

export function toRecord({ input, result, ...rest }: StoredRecord): JobRecord {
  return {
    ...rest,
    ...(input !== undefined && { input: valueOf(input) }),
    ...(result !== undefined && { result: valueOf(result) }),
  };
}
