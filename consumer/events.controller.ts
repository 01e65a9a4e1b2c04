import { Body, Controller, Headers, HttpCode, Post } from '@nestjs/common';
import { fieldsOf, parsedJson } from '../contract/json';
import { Problem, unavailable } from '../service/problem';
import { Traces } from '../service/traces';
import { EventMalformed, EventRefused, type PartialBatchResponse, QueueConsumer } from '../transport/index';

/** Lambda takes events of up to 6 MB. The adapter writes them again, and may need some more. */
export const EVENT_LIMIT_BYTES = 8 * 1_048_576;

/** How long an event may take if the function's deadline is unknown. */
const FALLBACK_MS = 30_000;

const RETRY_AFTER_SECONDS = 5;

/** How long before its deadline an event is answered, whether or not its spans are sent. */
const ANSWER_MS = 300;

/**
 * Takes the events of Lambda's SQS event source from the web adapter. On Lambda only, since whoever reaches it can
 * forge jobs. An error is an error here: the adapter fails the invocation, and the whole event comes again.
 */
@Controller('events')
export class EventsController {
  constructor(
    private readonly transport: QueueConsumer,
    private readonly traces: Traces,
  ) {}

  @Post()
  @HttpCode(200)
  async take(
    @Body() event: unknown,
    @Headers('x-amzn-lambda-context') context: string | undefined,
  ): Promise<PartialBatchResponse> {
    const deadline = performance.now() + (msUntilDeadline(context) ?? FALLBACK_MS);
    try {
      return await this.transport.takeEvent(event, deadline - performance.now());
    } catch (error) {
      if (error instanceof EventMalformed) throw new Problem(400, error.message);
      if (error instanceof EventRefused) throw unavailable(error.message, RETRY_AFTER_SECONDS);
      throw error;
    } finally {
      // Once it has answered, a function is frozen.
      await this.traces.flush(deadline - ANSWER_MS - performance.now());
    }
  }
}

/** Reads the invocation's context, which the adapter passes on. */
function msUntilDeadline(context = '{}'): number | undefined {
  const { deadline } = fieldsOf(parsedJson(context));
  return typeof deadline === 'number' ? deadline - Date.now() : undefined;
}
