import { pointerTo } from '../contract/fault';
import { messageOf } from '../contract/thrown';
import { RecordRefused } from './errors';

/**
 * Limits how deep a value may be nested: well below the 1,500 levels or so at which class-validator and other
 * recursive functions run out of stack.
 */
const MAX_DEPTH = 100;

type Holder = Readonly<Record<string, unknown>>;

/**
 * The value as JSON text, for a record or a note. Refuses what JSON would silently leave out or change, and
 * a text of more than `limitBytes`, before all of it is written. A property that is `undefined` is left out, and -0
 * is 0.
 */
export function jsonOf(value: unknown, what: 'input' | 'result' | 'note', limitBytes?: number): string {
  try {
    // A shortcut for numbers, by far the most frequent, in a tenth of the time.
    const isNumber = typeof value === 'number' && Number.isFinite(value);
    const text = isNumber ? JSON.stringify(value) : JSON.stringify(value, strictly(limitBytes));
    if (limitBytes !== undefined && Buffer.byteLength(text) > limitBytes) throw tooLong(limitBytes);
    return text;
  } catch (error) {
    throw new RecordRefused(`The ${what} cannot be written as JSON: ${messageOf(error)}; correct the work`, {
      cause: error,
    });
  }
}

const tooLong = (limitBytes: number): Error =>
  new Error(`it is more than ${limitBytes} bytes, the \`sizeLimitBytes\` of its type's policy`);

/** A replacer for `JSON.stringify` that replaces nothing, and throws if the text would not represent the value. */
function strictly(limitBytes = Infinity): (this: Holder, key: string, value: unknown) => unknown {
  const within: unknown[] = [];
  const keys: string[] = [];
  let bytes = 0;
  return function (key, value) {
    while (within.length > 0 && within.at(-1) !== this) within.pop();
    keys.length = within.length;
    keys.push(key);
    const fault = faultOf(value, this, key) ?? (within.includes(value) ? 'an object that holds itself' : undefined);
    if (fault !== undefined) throw new Error(fault + placeOf(keys));
    if (value !== undefined) bytes += leastBytes(value) + (Array.isArray(this) ? 0 : Buffer.byteLength(key));
    if (bytes > limitBytes) throw tooLong(limitBytes);
    if (typeof value !== 'object' || value === null) return value;
    within.push(value);
    if (within.length > MAX_DEPTH) throw new Error(`it is nested deeper than ${MAX_DEPTH} levels`);
    return value;
  };
}

/** A lower bound of a value's length in the text; of an object or array only its brackets. */
function leastBytes(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value) + 2;
  return typeof value === 'object' && value !== null ? 2 : String(value).length;
}

/** A JSON pointer; empty for the value as a whole. */
const placeOf = ([, ...keys]: readonly string[]): string =>
  keys.length === 0 ? '' : ` at ${keys.map(pointerTo).join('')}`;

/** `value` is the result of `toJSON` if `holder[key]` has one. */
function faultOf(value: unknown, holder: Holder, key: string): string | undefined {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? undefined : String(value);
    case 'undefined':
      return key === '' || Array.isArray(holder) ? 'undefined' : undefined;
    case 'bigint':
      return 'a BigInt';
    case 'function':
    case 'symbol':
      return `a ${typeof value}`;
    case 'object':
      return faultOfObject(value, holder[key]);
    default:
      return undefined;
  }
}

function faultOfObject(value: object | null, held: unknown): string | undefined {
  if (value === null) return held instanceof Date ? 'an invalid date' : undefined;
  if ('then' in value && typeof value.then === 'function') return 'a promise that was not awaited';
  const name = Array.isArray(value) ? undefined : builtInOf(value);
  return name && `${/^[AEIO]/.test(name) ? 'an' : 'a'} ${name}`;
}

/**
 * The name of the built-in class that an object is an instance of, such as Error: JSON does not write what such an
 * object holds. Undefined for a plain object, and for an object of a class of the team's own.
 */
function builtInOf(value: object): string | undefined {
  for (let type = prototypeOf(value); type !== null; type = prototypeOf(type)) {
    const isRoot = prototypeOf(type) === null;
    const constructor: unknown = !isRoot && Object.hasOwn(type, 'constructor') && type.constructor;
    if (typeof constructor === 'function' && isBuiltIn(constructor)) return constructor.name;
  }
  return undefined;
}

const prototypeOf = (value: object): object | null => Reflect.getPrototypeOf(value);

/** Recognised by its source, so that it may come from another realm, or by its name. */
const isBuiltIn = (type: object & { readonly name: string }): boolean =>
  /\{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(type)) ||
  Reflect.get(globalThis, type.name) === type;
