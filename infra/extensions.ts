import { fieldsOf } from '../contract/json';
import { OptionError } from './option-reader';
import { type Extensions } from './options-queue';

export type QueuePart = 'queue' | 'dlq';

/** The numbers that an extension may change, and that others follow. */
interface ExtendedNumbers {
  readonly maxReceiveCount?: number;
  readonly queueRetentionSeconds?: number;
  readonly deadLetterRetentionSeconds?: number;
}

export const RETENTION = { name: 'MessageRetentionPeriod', min: 60, max: 1_209_600 };

/** Throws an `OptionError` for anything but a number. */
export function readExtendedNumbers(extensions: Extensions): ExtendedNumbers {
  const queueRetentionSeconds = readNumber(extensions, 'queue', RETENTION);
  const deadLetterRetentionSeconds = readNumber(extensions, 'dlq', RETENTION);
  const maxReceiveCount = readReceiveCount(extensions);
  return {
    ...(queueRetentionSeconds !== undefined && { queueRetentionSeconds }),
    ...(deadLetterRetentionSeconds !== undefined && { deadLetterRetentionSeconds }),
    ...(maxReceiveCount !== undefined && { maxReceiveCount }),
  };
}

function readNumber(
  extensions: Extensions,
  part: QueuePart,
  { name, min, max }: { readonly name: string; readonly min: number; readonly max: number },
): number | undefined {
  const value = extensions[part]?.[name];
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
  throw new OptionError(
    `extensions.${part}.${name} is ${JSON.stringify(value)}; it takes a whole number from ${min} to ${max}.`,
  );
}

function readReceiveCount({ queue }: Extensions): number | undefined {
  const policy = queue?.['RedrivePolicy'];
  if (policy === undefined) return undefined;
  const { maxReceiveCount, ...others } = fieldsOf(policy);
  if (typeof maxReceiveCount === 'number' && Number.isInteger(maxReceiveCount) && Object.keys(others).length === 0)
    return maxReceiveCount;
  throw new OptionError('extensions.queue.RedrivePolicy takes {"maxReceiveCount": NUMBER} and nothing else.');
}
