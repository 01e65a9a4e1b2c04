import { ConsoleLogger } from '@nestjs/common';
import { inspect } from 'node:util';
import { activeTrace } from '../transport/traces/index';

/** Contexts of Nest's lines while it wires an application, which would bury the few lines that matter at a start. */
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

  /** Leaves out faults with a code of ours: `run` prints their sentence, and Nest's stack would come first. */
  override error(message: unknown, ...rest: unknown[]): void {
    if (rest.at(-1) === 'ExceptionHandler' && message instanceof Error && saysWhatToDo(message)) return;
    super.error(message, ...rest);
  }

  /** Keeps the fields beside a message as fields of the line. They never replace the line's own fields. */
  protected override getJsonLogObject(...[message, options]: JsonParameters): JsonLine {
    const [sentence, fields] = partsOf(message);
    const line = super.getJsonLogObject(sentence, options);
    return { ...line, ...traceFields(), ...fields, ...line };
  }

  /** Writes one line, also for readers that know more line ends than JSON does. */
  protected override stringifyJsonLogObject(line: Record<string, unknown>): string {
    return this.jsonOf(line).replace(LINE_ENDS, escaped);
  }

  /** A value that cannot be JSON, such as a cycle, or is too long, stands in the line as a terminal would show it. */
  private jsonOf(line: Record<string, unknown>): string {
    const isLong = Object.values(line).some((value) => typeof value === 'string' && value.length > MAX_LINE);
    try {
      const text = isLong ? undefined : super.stringifyJsonLogObject(line);
      if (text !== undefined && text.length <= MAX_LINE) return text;
    } catch {
      // The readable form below is written instead.
    }
    return super.stringifyJsonLogObject(
      Object.fromEntries(Object.entries(line).map(([name, value]) => [name, shown(value)])),
    );
  }
}

/** Line ends and control characters that JSON does not escape. */
const LINE_ENDS = /[\x7f-\x9f\u2028\u2029]/g;

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Limits the characters of a line: CloudWatch cuts it at 256 KiB. */
const MAX_LINE = 250_000;

const SHOWN = { depth: 3, maxStringLength: 10_000, maxArrayLength: 100, breakLength: Infinity };

function shown(value: unknown): unknown {
  const isShort = typeof value === 'string' ? value.length <= SHOWN.maxStringLength : typeof value !== 'object';
  return isShort ? value : inspect(value, SHOWN);
}

/** The trace's ids under the names that OpenTelemetry gives them in logs. */
function traceFields(): Readonly<Record<string, string>> {
  const trace = activeTrace();
  return trace ? { trace_id: trace.traceId, span_id: trace.spanId } : {};
}

type JsonParameters = Parameters<ConsoleLogger['getJsonLogObject']>;
type JsonLine = ReturnType<ConsoleLogger['getJsonLogObject']>;

/** Splits a message into its sentence and its fields. */
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

/** Whether the error is one of ours with a code. Node's own ERR_ codes are bugs, which need the stack. */
const saysWhatToDo = (error: Error): boolean => 'code' in error && !String(error.code).startsWith('ERR_');

/** Readable on a terminal, one JSON object a line elsewhere. */
export const createLogger = (): ConsoleLogger => new ServiceLogger({ json: !process.stdout.isTTY });
