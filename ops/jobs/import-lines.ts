import { type MessageAttributeValue } from '@aws-sdk/client-sqs';
import { DEFAULT_TYPE, GROUP_PATTERN } from '../../contract/job';
import { type Fields, isFields } from '../../contract/json';
import { DEFINITIONS } from '../../jobs/definitions';
import { newJobId, readJobId } from '../../results/job-id';
import { bodyOf, idInBody } from '../../service/delivered-id';
import { newTrace } from '../../transport/traces/index';
import { inputText } from './input-text';
import { stamp } from './letter';
import { bytesOf, CALL_LIMIT_BYTES, type Outgoing } from './outgoing';
import { inputCheck } from './send';
import { sentenceOf } from './workplace';

/** A job as a line of a file has it. */
export interface Incoming {
  /** Its number in the file. */
  readonly line: number;
  readonly id: string;
  readonly type: string;
  /** As JSON text. */
  readonly input: string;
  readonly message: Outgoing;
  /** MessageId of the exported letter, or empty. Keeps two of one job apart on a FIFO queue. */
  readonly letter: string;
}

const CHECKS = new Map(DEFINITIONS.map((type) => [type.type, inputCheck(type)]));

/** Throws an error that says what is wrong with the line. */
function readLine(text: string, line: number): Incoming {
  const given = objectIn(text);
  const incoming = typeof given['body'] === 'string' ? exported(given, given['body']) : minimal(given, text);
  const check = CHECKS.get(incoming.type);
  if (!check) throw new Error(`there is no job type ${incoming.type} here`);
  check(incoming.input);
  if (bytesOf(incoming.message) > CALL_LIMIT_BYTES) throw new Error('it is larger than SQS takes');
  return { ...incoming, line, letter: typeof given['letter'] === 'string' ? given['letter'] : '' };
}

function objectIn(text: string): Fields {
  const value = bodyOf({ body: text });
  if (isFields(value)) return value;
  throw new Error('it is no JSON object');
}

type Read = Omit<Incoming, 'line' | 'letter'>;

/** A line of `export`. A script may have changed the body, but not the id. */
function exported(given: Fields, body: string): Read {
  if (given['masked'] !== undefined) throw new Error('it was exported with --mask, so its body is not what it was');
  const id = idIn(given);
  if (id === undefined) throw new Error('it has no id');
  const named = idInBody(bodyOf({ body }));
  if (named !== undefined && named !== id) throw new Error(`its body is of the job ${named}, not ${id}`);
  const input = inputText(body);
  if (input === undefined) throw new Error('its body has no input');
  const type = textIn(given, 'type') ?? '';
  const sentAs = new Map(textsIn(given, 'attributes')).get('type') ?? DEFAULT_TYPE;
  if (sentAs !== type) throw new Error(`its type is ${type}, and its attribute type ${sentAs}`);
  const retries = Number(given['retries'] ?? 0);
  const why = { ...(typeof given['reason'] === 'string' && { reason: given['reason'] }), retries };
  const old = { attributes: attributesIn(given), traceHeader: textIn(given, 'traceHeader') };
  const { attributes: own, traceHeader, traceparent } = newTrace(old);
  const attributes = {
    ...own,
    ...stamp({ jobId: id, namesJob: named !== undefined, why, attributes: own }, traceparent),
  };
  return { id, type, input, message: { body, attributes, group: groupIn(given), traceHeader } };
}

function minimal(given: Fields, line: string): Read {
  const type = textIn(given, 'type');
  if (type === undefined) throw new Error('it has neither a body nor a type');
  const input = inputText(line);
  if (input === undefined) throw new Error('it has no input');
  const id = idIn(given) ?? newJobId();
  const version = DEFINITIONS.find((one) => one.type === type)?.version ?? 1;
  const attributes = { type: attribute('String', type), version: attribute('String', String(version)) };
  return { id, type, input, message: { body: `{"id":"${id}","input":${input}}`, attributes, group: groupIn(given) } };
}

function textIn(given: Fields, name: string): string | undefined {
  const value = given[name];
  if (value === undefined || typeof value === 'string') return value;
  throw new Error(`its ${name} is no text`);
}

function idIn(given: Fields): string | undefined {
  const text = textIn(given, 'id');
  const id = text === undefined ? undefined : readJobId(text);
  if (text !== undefined && id === undefined) throw new Error('its id is no UUID');
  return id;
}

function groupIn(given: Fields): string | undefined {
  const group = textIn(given, 'group');
  if (group === undefined || GROUP_PATTERN.test(group)) return group;
  throw new Error('its group is none that SQS takes');
}

const attribute = (DataType: string, value: string): MessageAttributeValue =>
  DataType.startsWith('Binary')
    ? { DataType, BinaryValue: Buffer.from(value, 'base64') }
    : { DataType, StringValue: value };

function attributesIn(given: Fields): Record<string, MessageAttributeValue> {
  const [texts, types] = [textsIn(given, 'attributes'), new Map(textsIn(given, 'attributeTypes'))];
  return Object.fromEntries(texts.map(([name, value]) => [name, attribute(types.get(name) ?? 'String', value)]));
}

function textsIn(given: Fields, name: string): [string, string][] {
  const entries = Object.entries<unknown>({ ...(given[name] as object | undefined) });
  if (entries.every((one): one is [string, string] => typeof one[1] === 'string')) return entries;
  throw new Error(`its ${name} are no texts`);
}

/** Those that can be sent, and what is wrong with each of the others. */
export function readLines(texts: readonly string[]): { readonly jobs: Incoming[]; readonly faults: string[] } {
  const jobs: Incoming[] = [];
  const faults: string[] = [];
  for (const [position, text] of texts.entries()) {
    if (text.trim() === '') continue;
    try {
      jobs.push(readLine(text, position + 1));
    } catch (error) {
      faults.push(`line ${position + 1}: ${sentenceOf(error)}`);
    }
  }
  return { jobs, faults };
}
