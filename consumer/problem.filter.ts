import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { throwError, type Observable } from 'rxjs';
import { Problem, PROBLEM_TYPE } from '../service/problem';

/** Errors of the health routes as problem documents; those of a handler go on as they are. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Health');

  catch(error: unknown, host: ArgumentsHost): Observable<never> | undefined {
    if (host.getType() === 'rpc') return throwError(() => error);
    const problem = this.toProblem(error);
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    void reply.code(problem.status).headers(problem.headers).type(PROBLEM_TYPE).send(JSON.stringify(problem));
    return undefined;
  }

  private toProblem(error: unknown): Problem {
    if (error instanceof Problem) return error;
    const status = error instanceof HttpException ? error.getStatus() : 500;
    if (status >= 500) this.logger.error(error);
    return new Problem(status, status === 404 ? 'There is nothing at this path.' : 'The request cannot be served.');
  }
}
