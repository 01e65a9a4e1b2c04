import { DELIVERY, minReceiveCount, receivingSeconds } from './delivery';
import { TYPE_LIMIT } from './job';
import { type JobType } from './job-type';
import { takes } from './reading';
import { type Class, shapeOf } from './shape';
import { messageOf } from './thrown';

/** Names that fit into a path, a message attribute and a metric's label. */
const TYPE_PATTERN = new RegExp(`^[A-Za-z0-9][A-Za-z0-9._-]{0,${TYPE_LIMIT - 1}}$`);
const TYPE_FORM = `a name of up to ${TYPE_LIMIT} letters, digits, dots, dashes and underscores that begins with a letter or digit`;

/** SQS lets a lease last 12 hours from the receive. The last hour is left for waiting and settling. */
const MAX_WITHIN_LEASE_SECONDS = 39_600;

/**
 * Limits `sizeLimitBytes`. SQS takes messages of up to 1 MiB, and 8 KiB of them are for id, attributes and the why of a
 * dead letter.
 */
const MAX_SIZE_LIMIT_BYTES = 1_048_576 - 8_192;

/** SQS itself moves a message after 1,000 receives. A job that fails that often must have ended by its own limits. */
const MAX_ATTEMPTS = 1_000 - minReceiveCount({ ...DELIVERY, maxAttempts: 0 });

/** One sentence for each fault in these definitions; an empty list if all of them can work. */
export function definitionFaults(definitions: readonly JobType[]): string[] {
  const types = definitions.map(({ type }) => type);
  const twice = new Set(types.filter((type, index) => types.indexOf(type) < index));
  return [
    ...[...twice].map((type) => `Two job types are named ${quoted(type)}; each takes a name of its own`),
    ...definitions.flatMap(faultsOf),
  ];
}

/** A check of one number of a definition. */
interface NumberCheck {
  /** As it stands in the definition. */
  readonly name: string;
  readonly value: unknown;
  readonly fits: (value: number) => boolean;
  readonly form: string;
}

function faultsOf(definition: JobType): string[] {
  const { type } = definition;
  if (!TYPE_PATTERN.test(type)) return [`A job type is named ${quoted(type)}; it takes ${TYPE_FORM}`];
  const wrong = [versionCheck(definition), ...policyChecks(definition)].filter(
    ({ value, fits }) => typeof value !== 'number' || !fits(value),
  );
  const faults = wrong.map(
    ({ name, value, form }) => `The job type ${type} has ${name} ${quoted(value)}; it takes ${form}`,
  );
  return [...(faults.length > 0 ? faults : durationFaults(definition)), ...classFaults(definition)];
}

function classFaults({ type, input, result }: JobType): string[] {
  const fault = (of: 'input' | 'result', name: Class): string[] => {
    try {
      const shape = shapeOf(name, of);
      const absent = [...shape.fields.values()].filter((field) => takes(shape, field, undefined));
      return absent.map(
        () =>
          `The ${of} of the job type ${type} may be absent; take null for none, and leave out @IsOptional(), ` +
          `or add a rule that refuses undefined, such as @IsDefined()`,
      );
    } catch (error) {
      const sentence = messageOf(error);
      return [`The ${of} of the job type ${type} cannot work: ${sentence.replace(/\.$/, '')}`];
    }
  };
  return [...fault('input', input), ...fault('result', result)];
}

const quoted = (value: unknown): string => (typeof value === 'string' ? JSON.stringify(value) : String(value));

const wholeFrom = (min: number, max: number) => ({
  fits: (value: number): boolean => Number.isInteger(value) && value >= min && value <= max,
  form: `a whole number from ${min}${max === Infinity ? ' on' : ` to ${max}`}`,
});

const secondsUpTo = (max: number) => ({
  fits: (value: number): boolean => value > 0 && value <= max,
  form: `a number of seconds above 0, up to ${max}`,
});

const versionCheck = ({ version }: JobType): NumberCheck => ({
  name: 'version',
  value: version,
  ...wholeFrom(1, Infinity),
});

function policyChecks({ policy: { maxAttempts, backoff, timeoutSeconds, sizeLimitBytes } }: JobType): NumberCheck[] {
  const { firstSeconds, maxSeconds, factor } = backoff;
  const timed = timeoutSeconds !== undefined;
  return [
    { name: 'policy.maxAttempts', value: maxAttempts, ...wholeFrom(1, MAX_ATTEMPTS) },
    { name: 'policy.backoff.firstSeconds', value: firstSeconds, ...secondsUpTo(MAX_WITHIN_LEASE_SECONDS) },
    {
      name: 'policy.backoff.maxSeconds',
      value: maxSeconds,
      fits: (value) => value >= firstSeconds && value <= MAX_WITHIN_LEASE_SECONDS,
      form: `a number of seconds from firstSeconds, here ${firstSeconds}, to ${MAX_WITHIN_LEASE_SECONDS}`,
    },
    {
      name: 'policy.backoff.factor',
      value: factor,
      fits: (value) => value >= 1 && Number.isFinite(value),
      form: 'a number from 1 on',
    },
    ...(timed
      ? [{ name: 'policy.timeoutSeconds', value: timeoutSeconds, ...secondsUpTo(MAX_WITHIN_LEASE_SECONDS) }]
      : []),
    { name: 'policy.sizeLimitBytes', value: sizeLimitBytes, ...wholeFrom(1, MAX_SIZE_LIMIT_BYTES) },
  ];
}

/** Checks that all tries fit into the retention: a message that expires does so silently. */
function durationFaults({ type, policy: { maxAttempts, backoff, timeoutSeconds } }: JobType): string[] {
  const { firstSeconds, maxSeconds, factor } = backoff;
  let seconds = maxAttempts * (timeoutSeconds ?? DELIVERY.handlerTimeoutSeconds);
  for (let failed = 1; failed < maxAttempts; failed += 1)
    seconds += Math.min(maxSeconds, firstSeconds * factor ** (failed - 1));
  const most = receivingSeconds(DELIVERY);
  if (seconds <= most) return [];
  return [
    `The job type ${type} has a policy by which its ${maxAttempts} attempts may take ${Math.ceil(seconds)} s; ` +
      `they take up to ${most} s before a message may expire: lower maxAttempts, timeoutSeconds or backoff`,
  ];
}
