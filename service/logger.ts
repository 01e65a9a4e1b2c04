import { ConsoleLogger } from '@nestjs/common';

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
    if (!hasFields(message)) return super.getJsonLogObject(message, options);
    const { message: sentence, ...fields } = message;
    const line = super.getJsonLogObject(sentence, options);
    return { ...line, ...fields, ...line };
  }
}

type JsonParameters = Parameters<ConsoleLogger['getJsonLogObject']>;
type JsonLine = ReturnType<ConsoleLogger['getJsonLogObject']>;

const hasFields = (message: unknown): message is { readonly message: string } =>
  typeof message === 'object' && message !== null && !(message instanceof Error) && 'message' in message;

/** Node's own ERR_ codes are faults of a program, which needs the stack. */
const saysWhatToDo = (error: Error): boolean => 'code' in error && !String(error.code).startsWith('ERR_');

/** Readable on a terminal, one JSON object a line elsewhere. */
export const createLogger = (): ConsoleLogger => new ServiceLogger({ json: !process.stdout.isTTY });
