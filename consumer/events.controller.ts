import { Body, Controller, Headers, HttpCode, Post } from '@nestjs/common';
import { Problem, unavailable } from '../service/problem';
import { Traces } from '../service/traces';
import { EventMalformed, EventRefused, type PartialBatchResponse, QueueConsumer } from '../transport/index';

/** Lambda takes an event of at most 6 MB; the adapter writes it anew, and may need some more. */
export const EVENT_LIMIT_BYTES = 8 * 1_048_576;

/** How long an event may take where nothing tells the function's deadline. */
const FALLBACK_MS = 30_000;

const RETRY_AFTER_SECONDS = 5;

/** How long before its deadline an event is answered, whether or not its spans are sent. */
const ANSWER_MS = 300;

/**
 * Lambda's SQS event source, by way of the web adapter; there on Lambda only, since whoever reaches it can make jobs up.
 * An error is an error here: the adapter fails the invocation, and the whole event comes again.
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
      // Once it has answered, a function stands still.
      await this.traces.flush(deadline - ANSWER_MS - performance.now());
    }
  }
}

/** From the invocation's context, as the adapter hands it on. */
function msUntilDeadline(context = '{}'): number | undefined {
  try {
    const { deadline } = JSON.parse(context) as { readonly deadline?: unknown };
    return typeof deadline === 'number' ? deadline - Date.now() : undefined;
  } catch {
    return undefined;
  }
}
