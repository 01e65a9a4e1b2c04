import { BadRequestException, HttpException } from '@nestjs/common';
import { RpcException } from '@nestjs/microservices';
import { WiringError } from '../sqs/errors';
import { errorClass, errorStack, errorText } from './error-text';

const coded = (message: string, code: string): Error => Object.assign(new Error(message), { code });
const refused = (address: string): Error => coded(`connect ECONNREFUSED ${address}`, 'ECONNREFUSED');

class Unnamed extends Error {}

class Amount {
  toString(): string {
    return 'an amount of 5';
  }
}

class PaymentRefused extends Error {
  override readonly name = 'PaymentRefused';
  readonly code = 'PAYMENT_REFUSED';
}

it.each<[string, unknown, string]>([
  ['an error', new TypeError('boom'), 'TypeError: boom'],
  ['an error without a message', new Error(), 'Error: no message'],
  ['a class that names itself nowhere', new Unnamed('boom'), 'Unnamed: boom'],
  ['a code', coded('no such file', 'ENOENT'), 'Error: no such file (ENOENT)'],
  ['a code that the message has', refused('::1:80'), 'Error: connect ECONNREFUSED ::1:80'],
  ['a code that the class has', new PaymentRefused('no'), 'PaymentRefused: no'],
  ['a code that the class begins with', new WiringError('no'), 'WiringError: no'],
  [
    'a cause, and its cause',
    new Error('no', { cause: new TypeError('fetch failed', { cause: refused('::1:80') }) }),
    'Error: no, caused by TypeError: fetch failed, caused by Error: connect ECONNREFUSED ::1:80',
  ],
  ['a cause that is a text', new Error('no', { cause: 'the disk is full' }), 'Error: no, caused by the disk is full'],
  [
    'several errors',
    new AggregateError([refused('::1:80'), refused('127.0.0.1:80')]),
    'AggregateError: Error: connect ECONNREFUSED ::1:80; Error: connect ECONNREFUSED 127.0.0.1:80',
  ],
  [
    'many errors with a message',
    new AggregateError(
      Array.from({ length: 7 }, () => 'no'),
      'all seven',
    ),
    'AggregateError: all seven (no; no; no; no; no; and 2 more)',
  ],
  [
    'what the pipe that validates throws',
    new BadRequestException(['amount must be a number', 'id must be a UUID']),
    'BadRequestException: amount must be a number; id must be a UUID',
  ],
  [
    "Nest's exception of a text",
    new BadRequestException('amount is missing'),
    'BadRequestException: amount is missing',
  ],
  ["Nest's exception of an object", new HttpException({ code: 'E42', message: 'limit' }, 409), 'HttpException: limit'],
  [
    "Nest's exception of errors",
    new HttpException({ errors: [{ message: 'one' }, { message: 'two' }] }, 409),
    'HttpException: one; two',
  ],
  ['an RpcException of a text', new RpcException('away'), 'RpcException: away'],
  ['an RpcException of an object', new RpcException({ reason: 'x', message: 'away' }), 'RpcException: away'],
  ['an object with code and message', { code: 'E42', message: 'boom' }, 'boom (E42)'],
  ['an object of another kind', { card: '4111111111111111', owner: 'ann' }, 'an object with card, owner'],
  ['an object of a class', new Amount(), 'Amount: an amount of 5'],
  ['several texts', { message: ['one', 'two'] }, 'one; two'],
  ['a text', 'just text', 'just text'],
  ['an empty text', '', 'an empty text'],
  ['nothing', undefined, 'undefined'],
  ['null', null, 'null'],
  ['a symbol', Symbol('sign'), 'Symbol(sign)'],
  ['a number', 7n, '7'],
  ['an object without prototype', Object.create(null), 'an error that cannot be shown'],
])('says of %s', (_case, thrown, text) => {
  expect(errorText(thrown)).toBe(text);
});

/** Each is thrown by somebody, somewhere. */
const HOSTILE: readonly (readonly [string, unknown])[] = [
  ['a message that throws', Object.defineProperty(new Error(), 'message', { get: () => fail() })],
  ['a name that throws', Object.defineProperty(new Error('boom'), 'name', { get: () => fail() })],
  ['a text form that throws', { toString: () => fail() }],
  ['a text form that is an object', { toString: () => ({}) }],
  ['a message that is an object', Object.assign(new Error(), { message: {} })],
  ['a proxy that throws', new Proxy({}, { get: fail, has: fail, getPrototypeOf: fail, ownKeys: fail })],
  ['a cause of itself', ((error) => Object.assign(error, { cause: error }))(new Error('loop'))],
  ['errors that hold it', ((error) => Object.assign(error, { errors: [error, error] }))(new Error('loop'))],
  ['an object in a loop', ((value: Record<string, unknown>) => Object.assign(value, { value }))({})],
  ['5 MB of text', new Error('x'.repeat(5_000_000))],
  ['5 MB of stack', Object.assign(new Error('boom'), { stack: `Error: boom\n    at ${'x'.repeat(5_000_000)}` })],
  ['5 MB of names', Object.fromEntries(Array.from({ length: 100_000 }, (_, name) => [`${'n'.repeat(50)}${name}`, 1]))],
  ['a function', (): void => undefined],
  ['an array', [{}, {}]],
];

function fail(): never {
  throw new Error('not to be read');
}

it.each(HOSTILE)('bears %s', (_case, thrown) => {
  const text = errorText(thrown);
  expect(text.length).toBeGreaterThan(0);
  expect(text.length).toBeLessThanOrEqual(1_000);
  expect(text).not.toContain('[object');
  expect(errorStack(thrown)?.length ?? 0).toBeLessThanOrEqual(8_000);
  expect(errorClass(thrown)).toMatch(/^\w{1,100}$/);
});

it.each<[unknown, string]>([
  [new TypeError('s3cret'), 'TypeError'],
  [new Unnamed('s3cret'), 'Unnamed'],
  [Object.assign(new Error('s3cret'), { name: 'S3cret: of 10.0.0.1' }), 'Error'],
  ['S3cret: a text that was thrown', 'Error'],
  [{ message: 'S3cret: an object' }, 'Error'],
  [undefined, 'Error'],
])('of %p the class says nothing more', (thrown, name) => {
  expect(errorClass(thrown)).toBe(name);
});

it('shows where an error and its causes were thrown', () => {
  const error = new Error('outer', { cause: new AggregateError([new TypeError('inner')], 'middle') });
  const stack = errorStack(error) ?? '';
  expect(stack).toMatch(
    /^Error: outer\n {4}at .*error-text\.test\.ts[^]*\nCaused by AggregateError: middle[^]*\n {4}at [^]*\nCaused by TypeError: inner\n {4}at /,
  );
  expect(errorStack('a text')).toBeUndefined();
});
