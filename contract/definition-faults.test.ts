import { Allow, IsOptional, IsString, ValidateIf } from 'class-validator';
import { definitionFaults } from './definition-faults';
import { defineJob } from './job-type';

class Input {
  @IsString()
  readonly input: string;
}
class Result {
  @IsString()
  readonly result: string;
}

type Parts = Partial<Omit<Parameters<typeof defineJob>[0], 'input' | 'result' | 'example'>>;
const job = (parts: Parts = {}): ReturnType<typeof defineJob> =>
  defineJob({ type: 'resize', input: Input, result: Result, ...parts });

it.each<[string, Parts]>([
  ['nothing of its own', {}],
  ['a name of every character', { type: '3D.resize_v2-B' }],
  ['a name of 64 characters', { type: 'a'.repeat(64) }],
  ['a later version', { version: 7 }],
  ['one attempt', { policy: { maxAttempts: 1 } }],
  ['part of a backoff', { policy: { backoff: { firstSeconds: 0.5 } } }],
  ['the longest backoff', { policy: { maxAttempts: 6, backoff: { firstSeconds: 39_600, maxSeconds: 39_600 } } }],
  ['the longest timeout', { policy: { timeoutSeconds: 39_600 } }],
  ['the largest size', { policy: { sizeLimitBytes: 1_040_384 } }],
])('a job type with %s can work', (_name, parts) => {
  expect(definitionFaults([job(parts)])).toEqual([]);
});

it.each<[string, Parts, string]>([
  ['no name', { type: '' }, 'A job type is named ""; it takes a name of up to 64 letters, digits, dots, dashes'],
  ['a name with a slash', { type: 'a/b' }, 'A job type is named "a/b"; it takes'],
  ['a name for a folder above', { type: '..' }, 'A job type is named ".."; it takes'],
  ['a name with a line break', { type: 'a\n' }, 'A job type is named "a\\n"; it takes'],
  ['a name with a parameter', { type: ':id' }, 'A job type is named ":id"; it takes'],
  ['a name too long', { type: 'a'.repeat(65) }, 'aaaa"; it takes a name of up to 64'],
  ['version 0', { version: 0 }, 'The job type resize has version 0; it takes a whole number from 1 on'],
  ['half a version', { version: 1.5 }, 'has version 1.5; it takes'],
  ['no attempt', { policy: { maxAttempts: 0 } }, 'has policy.maxAttempts 0; it takes a whole number from 1 to 982'],
  ['more attempts than SQS receives', { policy: { maxAttempts: 983 } }, 'has policy.maxAttempts 983; it takes'],
  ['attempts in words', { policy: { maxAttempts: '3' as unknown as number } }, 'has policy.maxAttempts "3"; it takes'],
  [
    'no backoff',
    { policy: { backoff: { firstSeconds: 0 } } },
    'has policy.backoff.firstSeconds 0; it takes a number of',
  ],
  [
    'a backoff beyond its end',
    { policy: { backoff: { firstSeconds: 1_000 } } },
    'has policy.backoff.maxSeconds 900; it takes a number of seconds from firstSeconds, here 1000, to 39600',
  ],
  ['a backoff that SQS cannot wait', { policy: { backoff: { maxSeconds: 39_601 } } }, 'maxSeconds 39601; it takes'],
  [
    'a backoff that shrinks',
    { policy: { backoff: { factor: 0.5 } } },
    'backoff.factor 0.5; it takes a number from 1 on',
  ],
  ['no time', { policy: { timeoutSeconds: 0 } }, 'has policy.timeoutSeconds 0; it takes a number of seconds above 0'],
  ['time that is none', { policy: { timeoutSeconds: NaN } }, 'has policy.timeoutSeconds NaN; it takes'],
  ['more time than a lease lasts', { policy: { timeoutSeconds: 39_601 } }, 'timeoutSeconds 39601; it takes'],
  [
    'no size',
    { policy: { sizeLimitBytes: 0 } },
    'has policy.sizeLimitBytes 0; it takes a whole number from 1 to 1040384',
  ],
  ['more than SQS takes', { policy: { sizeLimitBytes: 1_048_576 } }, 'has policy.sizeLimitBytes 1048576; it takes'],
  [
    'attempts that outlast the retention',
    { policy: { maxAttempts: 300, backoff: { firstSeconds: 900 } } },
    'has a policy by which its 300 attempts may take 287100 s; they take up to 259200 s before',
  ],
])('a job type with %s is refused in a sentence', (_name, parts, sentence) => {
  expect(definitionFaults([job(parts)])).toEqual([expect.stringContaining(sentence)]);
});

it('every fault is named, of every type', () => {
  const faults = definitionFaults([job({ version: 0, policy: { maxAttempts: 0 } }), job(), job({ type: '' })]);
  expect(faults).toEqual([
    'Two job types are named "resize"; each takes a name of its own',
    expect.stringContaining('version'),
    expect.stringContaining('maxAttempts'),
    expect.stringContaining('named ""'),
  ]);
});

class Bare {
  readonly input: string;
}
class Two {
  @IsString()
  readonly result: string;

  @IsString()
  readonly more: string;
}

it('classes that cannot work are refused, each in a sentence', () => {
  expect(definitionFaults([defineJob({ type: 'resize', input: Bare, result: Two })])).toEqual([
    'The input of the job type resize cannot work: Bare has no rule of class-validator; say what its properties must be, such as @IsInt()',
    'The result of the job type resize cannot work: Two must have the one property result with rules; it has result, more',
  ]);
});

class Optional {
  @IsOptional()
  @IsString()
  readonly input: unknown;
}
class Anything {
  @Allow()
  readonly result: unknown;
}
class OrNull {
  @ValidateIf((_, value) => value !== null)
  @IsString()
  readonly input: string | null;
}

it('an input and a result may be null, but not absent', () => {
  expect(definitionFaults([defineJob({ type: 'resize', input: Optional, result: Anything })])).toEqual([
    expect.stringMatching(
      /^The input of the job type resize may be absent; take null for none, and leave out @IsOptional/,
    ),
    expect.stringMatching(
      /^The result of the job type resize may be absent; take null for none, and leave out @IsOptional/,
    ),
  ]);
  expect(definitionFaults([defineJob({ type: 'resize', input: OrNull, result: Result })])).toEqual([]);
});
