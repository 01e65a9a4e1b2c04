import { Type } from 'class-transformer';
import { IsInt, IsISO8601, IsString, ValidateNested } from 'class-validator';
import { type Job } from '../../contract/job';
import { defineJob, type JobType } from '../../contract/job-type';
import { COUNT } from '../rig/count-jobs';
import { numberJob } from '../rig/jobs';

class Line {
  @IsString()
  readonly article: string;

  @IsInt()
  readonly count: number;
}

class Order {
  @IsInt()
  readonly number: number;

  @IsISO8601()
  readonly placedAt: string;

  @ValidateNested({ each: true })
  @Type(() => Line)
  readonly lines: readonly Line[];
}

class OrderInput {
  @ValidateNested()
  @Type(() => Order)
  readonly input: Order;
}

class OrderResult {
  @ValidateNested()
  @Type(() => Order)
  readonly result: Order;
}

/** Tried less often than others, and sooner. */
export const ORDER = defineJob({
  type: 'order',
  input: OrderInput,
  result: OrderResult,
  policy: { maxAttempts: 3, backoff: { firstSeconds: 1, maxSeconds: 3, factor: 2 } },
});

/** Its effect is elsewhere. */
export const PAYMENT = numberJob('payment', { maxAttempts: 6, backoff: { firstSeconds: 1, maxSeconds: 8, factor: 2 } });

/** Jobs take these types in turn. The result of each is its input. */
export const DEFINITIONS: readonly JobType[] = [COUNT, ORDER, PAYMENT];

/** A job without its id. Its number is unique among all types; a negative number is poison. */
export function jobOf(number: number, type = typeOf(number)): Pick<Job, 'type' | 'input'> {
  if (type !== ORDER.type) return { type, input: number };
  const lines = [{ article: `Article ${Math.abs(number) % 7} – „ü“`, count: 2 }];
  return { type, input: { number, placedAt: new Date(Math.abs(number) * 1_000).toISOString(), lines } };
}

const typeOf = (number: number): string => DEFINITIONS[Math.abs(number) % DEFINITIONS.length]?.type ?? '';

/** The number of the job with this input; undefined where there is none. */
export function numberIn(input: unknown): number | undefined {
  const number: unknown = typeof input === 'object' && input !== null && 'number' in input ? input.number : input;
  return typeof number === 'number' ? number : undefined;
}

/** The type that a message under the id of this job pretends; none where an effect elsewhere could not be taken back. */
export function otherTypeOf(number: number): string | undefined {
  return { [COUNT.type]: ORDER.type, [ORDER.type]: COUNT.type }[typeOf(number)];
}
