import { ConsoleLogger } from '@nestjs/common';
import { inspect } from 'node:util';
import { activeTrace } from '../transport/traces/index';

/** Nest's own words while it wires an application: they would bury the few lines that matter at a start. */
const WIRING = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
  'NestMicroservice',
]);

class ServiceLogger extends ConsoleLogger {
  override log(message: unknown, ...rest: unknown[]): void {
    const context = rest.at(-1);
    if (typeof context === 'string' && WIRING.has(context)) return;
    super.log(message, ...rest);
  }

  /** A fault with a code says itself what to do, and `run` tells it: Nest's stack of it would come first. */
  override error(message: unknown, ...rest: unknown[]): void {
    if (rest.at(-1) === 'ExceptionHandler' && message instanceof Error && saysWhatToDo(message)) return;
    super.error(message, ...rest);
  }

  /** What has fields beside its message keeps them as fields of the line, whose own fields stay what they are. */
  protected override getJsonLogObject(...[message, options]: JsonParameters): JsonLine {
    const [sentence, fields] = partsOf(message);
    const line = super.getJsonLogObject(sentence, options);
    return { ...line, ...traceFields(), ...fields, ...line };
  }

  /** One line, whatever it holds: also for readers that know more ends of a line than JSON does. */
  protected override stringifyJsonLogObject(line: Record<string, unknown>): string {
    return this.jsonOf(line).replace(LINE_ENDS, escaped);
  }

  /** What cannot be JSON, such as a value that holds itself, or is too long, stands in the line as a terminal would show it. */
  private jsonOf(line: Record<string, unknown>): string {
    const isLong = Object.values(line).some((value) => typeof value === 'string' && value.length > MAX_LINE);
    try {
      const text = isLong ? undefined : super.stringifyJsonLogObject(line);
      if (text !== undefined && text.length <= MAX_LINE) return text;
    } catch {
      // Said below.
    }
    return super.stringifyJsonLogObject(
      Object.fromEntries(Object.entries(line).map(([name, value]) => [name, shown(value)])),
    );
  }
}

/** Ends of a line and controls of a terminal that JSON leaves as they are. */
const LINE_ENDS = /[\x7f-\x9f\u2028\u2029]/g;

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Limits the characters of a line: CloudWatch cuts it at 256 KiB. */
const MAX_LINE = 250_000;

const SHOWN = { depth: 3, maxStringLength: 10_000, maxArrayLength: 100, breakLength: Infinity };

function shown(value: unknown): unknown {
  const isShort = typeof value === 'string' ? value.length <= SHOWN.maxStringLength : typeof value !== 'object';
  return isShort ? value : inspect(value, SHOWN);
}

/** By the names that OpenTelemetry gives them in logs. */
function traceFields(): Readonly<Record<string, string>> {
  const trace = activeTrace();
  return trace ? { trace_id: trace.traceId, span_id: trace.spanId } : {};
}

type JsonParameters = Parameters<ConsoleLogger['getJsonLogObject']>;
type JsonLine = ReturnType<ConsoleLogger['getJsonLogObject']>;

/** The sentence, and the fields beside it. */
function partsOf(message: unknown): readonly [sentence: unknown, fields?: object] {
  if (typeof message !== 'object' || message === null || message instanceof Error) return [message];
  try {
    if (!('message' in message)) return [message];
    const { message: sentence, ...fields } = message;
    return [sentence, fields];
  } catch {
    return [message];
  }
}

/** Node's own ERR_ codes are faults of a program, which needs the stack. */
const saysWhatToDo = (error: Error): boolean => 'code' in error && !String(error.code).startsWith('ERR_');

/** Readable on a terminal, one JSON object a line elsewhere. */
export const createLogger = (): ConsoleLogger => new ServiceLogger({ json: !process.stdout.isTTY });
