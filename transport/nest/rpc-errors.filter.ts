import { Catch, type ArgumentsHost, type ExceptionFilter, type Type } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { createRequire } from 'node:module';
import { throwError, type Observable } from 'rxjs';
import { SqsContext } from './sqs-context';

/**
 * Hands an error of a queue's handler on as it is: Nest's default makes "Internal server error" of it. As the last of the
 * global filters it sees what no other took, of whatever transport; anything but a queue's gets Nest's default from it.
 */
@Catch()
export class RpcErrorsFilter extends BaseExceptionFilter {
  override catch(error: unknown, host: ArgumentsHost): Observable<never> | undefined {
    const type = host.getType<string>();
    if (type === 'rpc' && host.switchToRpc().getContext() instanceof SqsContext) return throwError(() => error);
    if (type === 'http') super.catch(error, host);
    else if (type === 'ws') socketFilter().catch(error, host);
    // Nest takes no answer as no filter, for whatever is left.
    return undefined;
  }
}

/** Nest's default for web sockets, from a package that an application with web sockets has. */
function socketFilter(): ExceptionFilter {
  const { BaseWsExceptionFilter } = createRequire(__filename)('@nestjs/websockets') as {
    readonly BaseWsExceptionFilter: Type<ExceptionFilter>;
  };
  return new BaseWsExceptionFilter();
}
