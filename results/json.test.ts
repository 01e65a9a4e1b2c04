import { RecordRefused } from './errors';
import { runInNewContext } from 'node:vm';
import { jsonOf } from './json';

class Money {
  readonly #cents = 1_250;
  readonly currency = 'EUR';
  plus = undefined;
  toJSON(): unknown {
    return { amount: this.#cents / 100, currency: this.currency };
  }
}

const throwing = {
  toJSON() {
    throw new Error('not today');
  },
};

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { in: value };
  return value;
}

class Size {
  constructor(readonly width: number) {}
}

class Declined extends Error {}

const shared = { n: 1 };

test.each([
  ['a number', 1.5, '1.5'],
  ['-0, at any depth', [-0, { zero: -0 }], '[0,{"zero":0}]'],
  ['-0 alone', -0, '0'],
  ['a class by its toJSON, called once', new Money(), '{"amount":12.5,"currency":"EUR"}'],
  ['a date', { at: new Date(0) }, '{"at":"1970-01-01T00:00:00.000Z"}'],
  ['the same object twice', [shared, shared, { shared }], '[{"n":1},{"n":1},{"shared":{"n":1}}]'],
  ['a property that is undefined', { a: undefined, b: null }, '{"b":null}'],
  ['an object without a prototype', Object.assign(Object.create(null) as object, { a: 1 }), '{"a":1}'],
  ['a class of the team', [new Size(1)], '[{"width":1}]'],
  ['a plain object of another realm', runInNewContext('({ a: [{}] })'), '{"a":[{}]}'],
  ['an address', new URL('http://127.0.0.1/a'), '"http://127.0.0.1/a"'],
  ['half a character', '\ud800', '"\\ud800"'],
])('%s', (_, value, text) => {
  expect(jsonOf(value, 'result')).toBe(text);
});

test('a hundred levels', () => {
  expect(JSON.parse(jsonOf(nested(100), 'result'))).toEqual(nested(100));
});

const around: Record<string, unknown> = { a: {} };
(around['a'] as Record<string, unknown>)['back'] = around;

test.each([
  ['nothing', undefined, 'undefined'],
  ['NaN', NaN, 'NaN'],
  ['Infinity within', { a: [1, Infinity] }, 'Infinity at /a/1'],
  ['undefined in an array', [undefined], 'undefined at /0'],
  ['a hole in an array', [1, , 2], 'undefined at /1'],
  ['a function as a property', { a: { run: () => 1 } }, 'a function at /a/run'],
  ['a symbol', { a: Symbol('a') }, 'a symbol at /a'],
  ['a BigInt', { a: 1n }, 'a BigInt at /a'],
  ['a map', { a: new Map([[1, 2]]) }, 'a Map at /a'],
  ['a set', new Set([1]), 'a Set'],
  ['a promise', { a: Promise.resolve(1) }, 'a promise that was not awaited at /a'],
  ['an error', new Declined('no'), 'an Error'],
  ['a pattern', { a: /a/ }, 'a RegExp at /a'],
  ['bytes', { a: new Uint8Array(1) }, 'a Uint8Array at /a'],
  ['a buffer of bytes', { a: new ArrayBuffer(1) }, 'an ArrayBuffer at /a'],
  ['a weak map', { a: new WeakMap() }, 'a WeakMap at /a'],
  ['a weak set', { a: new WeakSet() }, 'a WeakSet at /a'],
  ['a boxed number', { a: Object(1) as unknown }, 'a Number at /a'],
  ['an error of another realm', { a: runInNewContext('new Error()') as unknown }, 'an Error at /a'],
  ['a name that a pointer escapes', { 'a/b': [{ '~': NaN }] }, 'NaN at /a~1b/0/~0'],
  ['an invalid date', { at: new Date(NaN) }, 'an invalid date at /at'],
  ['a cycle', around, 'an object that holds itself at /a/back'],
  ['a toJSON that throws', { a: throwing }, 'not today'],
  ['one level too many', nested(101), 'it is nested deeper than 100 levels'],
  ['levels without end', nested(100_000), 'it is nested deeper than 100 levels'],
])('%s is refused in one sentence', (_, value, what) => {
  const write = (): string => jsonOf(value, 'result');
  expect(write).toThrow(RecordRefused);
  expect(write).toThrow(`The result cannot be written as JSON: ${what}; correct the work`);
});

test('a text over the limit is refused, and not all of it is written', () => {
  let written = 0;
  const counted = { toJSON: () => (written += 1) };
  const write = (): string => jsonOf(Array(10_000).fill(counted), 'result', 100);
  expect(write).toThrow(RecordRefused);
  expect(write).toThrow('it is more than 100 bytes');
  expect(written).toBeLessThan(400);
});

test.each<[unknown, number]>([
  [{ é: ['"', null, true, -1.5] }, 28],
  [[[], {}, ''], 10],
  [123, 3],
])('%j takes %i bytes', (value, bytes) => {
  expect(Buffer.byteLength(jsonOf(value, 'result', bytes))).toBe(bytes);
  expect(() => jsonOf(value, 'result', bytes - 1)).toThrow(`it is more than ${bytes - 1} bytes`);
});

test('an object that holds one object twice at each level is refused by its length', () => {
  let value: unknown = 1;
  for (let level = 0; level < 90; level += 1) value = [value, value];
  expect(() => jsonOf(value, 'result', 1_000)).toThrow('it is more than 1000 bytes');
});
