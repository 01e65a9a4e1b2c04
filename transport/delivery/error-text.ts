import { HttpException } from '@nestjs/common';
import { RpcException } from '@nestjs/microservices';

/** Limits the characters of an error's text, so that the why fits beside any message but the largest. */
export const ERROR_TEXT_LIMIT = 1_000;

/** Limits the characters of all stacks of an error together. */
const STACK_LIMIT = 8_000;

/** Limits the characters of the name of an error's class, and of its code. */
const NAME_LIMIT = 100;

/** Limits how deep causes are followed, which ends a cycle too. */
const MAX_DEPTH = 4;

/** Limits how many errors of an `AggregateError` are named. */
const MAX_ERRORS = 5;

const UNREADABLE = 'an error that cannot be shown';

/**
 * A sentence for whatever was thrown: its class, message and code, what Nest's exceptions hold, and its causes. Never
 * empty, never a stack, never longer than 1,000 characters; never throws.
 */
export function errorText(error: unknown): string {
  return safely(() => textWithCauses(error, MAX_DEPTH), UNREADABLE).slice(0, ERROR_TEXT_LIMIT);
}

/** `text` instead of the error's own, followed by its causes. */
export const withCauses = (text: string, error: object): string =>
  safely(() => followed(text, error, MAX_DEPTH), text).slice(0, ERROR_TEXT_LIMIT);

/** The name of the error's class; `Error` if it has none. Unlike the message, it gives nothing away. */
export function errorClass(error: unknown): string {
  const name = safely(() => (isObject(error) ? classOf(error) : undefined), undefined);
  return name !== undefined && /^[\w$.]+$/.test(name) ? name : 'Error';
}

/** Where it was thrown, and where its causes were; undefined for what has no stack. */
export function errorStack(error: unknown): string | undefined {
  const stack = safely(() => stackWithCauses(error, MAX_DEPTH), '');
  return stack.includes('\n') ? stack.slice(0, STACK_LIMIT) : undefined;
}

function textWithCauses(error: unknown, depth: number): string {
  if (!isObject(error)) return String(error).slice(0, ERROR_TEXT_LIMIT) || 'an empty text';
  return followed(ownText(error, depth), error, depth);
}

function followed(text: string, error: object, depth: number): string {
  const cause = read(error, 'cause');
  if (isNothing(cause) || depth === 0) return text;
  return `${text}${/[.!?]$/.test(text) ? ' Caused' : ', caused'} by ${textWithCauses(cause, depth - 1)}`;
}

/** The error's text without its causes. */
function ownText(error: object, depth: number): string {
  const name = classOf(error);
  const message = messageOf(error, depth) ?? (error instanceof Error ? 'no message' : fieldsOf(error));
  const code = codeOf(error);
  // Many codes are the class's name in capitals, with or without the ending.
  const isTold = message.includes(code) || name?.toLowerCase().startsWith(code.replaceAll('_', '').toLowerCase());
  return `${name === undefined ? '' : `${name}: `}${message}${isTold ? '' : ` (${code})`}`;
}

function messageOf(error: object, depth: number): string | undefined {
  const held = heldBy(error);
  const message = (held && messageOf(held, depth)) ?? textOf(read(error, 'message'), depth);
  const together = read(error, 'errors');
  const errors = Array.isArray(together) && depth > 0 ? listText(together, depth - 1) : undefined;
  if (errors !== undefined) return message === undefined ? errors : `${message} (${errors})`;
  return message ?? (error instanceof Error ? undefined : ownWords(error));
}

/** What a Nest exception was made with. Its message alone may be no more than the name of its class. */
function heldBy(error: object): object | undefined {
  const held: unknown =
    error instanceof HttpException ? error.getResponse() : error instanceof RpcException ? error.getError() : undefined;
  return isObject(held) ? held : undefined;
}

/** A text, or several, as the pipe that validates has them. */
function textOf(message: unknown, depth: number): string | undefined {
  if (Array.isArray(message)) return depth > 0 ? listText(message, depth - 1) : undefined;
  return typeof message === 'string' && message !== '' ? message.slice(0, ERROR_TEXT_LIMIT) : undefined;
}

function listText(list: readonly unknown[], depth: number): string | undefined {
  if (list.length === 0) return undefined;
  const more = list.length - MAX_ERRORS;
  const texts = list.slice(0, MAX_ERRORS).map((one) => textWithCauses(one, depth));
  return `${texts.join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}

/** The text of an object that has a `toString` of its own. */
function ownWords(value: object): string | undefined {
  const form = read(value, 'toString');
  if (Array.isArray(value) || typeof form !== 'function' || form === Object.prototype.toString) return undefined;
  const text: unknown = form.call(value);
  return typeof text === 'string' && !text.startsWith('[object ') ? textOf(text, 0) : undefined;
}

/** Names only: values may be a job's data. */
function fieldsOf(value: object): string {
  const names = Object.keys(value).slice(0, 10).join(', ');
  return names === '' ? UNREADABLE : `an object with ${names}`.slice(0, ERROR_TEXT_LIMIT);
}

/** The error's `code`, such as ECONNREFUSED; empty without one. */
function codeOf(error: object): string {
  const code = read(error, 'code');
  return typeof code === 'string' || typeof code === 'number' ? String(code).slice(0, NAME_LIMIT) : '';
}

/** The name of a value's class, if it has one. Classes that extend Error rarely set `name`. */
function classOf(value: object): string | undefined {
  const [named, constructed] = [read(value, 'name'), read(value, 'constructor')];
  const made = typeof constructed === 'function' ? constructed.name : '';
  if (!(value instanceof Error)) return made === '' || made === 'Object' ? undefined : made.slice(0, NAME_LIMIT);
  const name = typeof named === 'string' && named !== 'Error' ? named : made;
  return name.slice(0, NAME_LIMIT) || 'Error';
}

function stackWithCauses(error: unknown, depth: number): string {
  if (!isObject(error)) return textWithCauses(error, 0);
  const errors = read(error, 'errors');
  const together: unknown[] = Array.isArray(errors) ? errors.slice(0, MAX_ERRORS) : [];
  const inner = [...together, read(error, 'cause')];
  const causes = depth === 0 ? [] : inner.filter((one) => !isNothing(one));
  const stacks = causes.map((one) => `\nCaused by ${stackWithCauses(one, depth - 1)}`);
  const line = ownText(error, 1).replace(/\s+/g, ' ');
  return `${line}${framesOf(error)}${stacks.join('')}`;
}

/** Cuts the message off, with which a stack begins. */
function framesOf(error: object): string {
  const stack = read(error, 'stack');
  const start = typeof stack === 'string' ? stack.indexOf('\n    at ') : -1;
  return typeof stack === 'string' && start >= 0 ? stack.slice(start, start + STACK_LIMIT / 2) : '';
}

const isObject = (value: unknown): value is object =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';

const isNothing = (value: unknown): boolean => value === undefined || value === null;

/** Reads a property safely: it may be a getter that throws. */
const read = (value: object, name: string): unknown => safely((): unknown => Reflect.get(value, name), undefined);

function safely<T>(make: () => T, otherwise: T): T {
  try {
    return make();
  } catch {
    return otherwise;
  }
}
