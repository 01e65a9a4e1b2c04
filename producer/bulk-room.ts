import { type ServerResponse } from 'node:http';
import { onceAnswered } from './answered';
import { type Problem, unavailable } from '../service/problem';

/**
 * Limits the requests in bulk at once, from their headers to the end of their answers. Each holds up to 1 MiB, and its
 * answers.
 */
const MAX_REQUESTS = 32;
const RETRY_AFTER_SECONDS = 1;

/** Bounds the memory that requests in bulk take. */
export class BulkRoom {
  private taken = 0;

  /** Takes a place until the answer is out or its connection is gone. Answers a 503 if there is none. */
  enter(response: ServerResponse): Problem | undefined {
    if (this.taken >= MAX_REQUESTS) {
      return unavailable('Too many requests in bulk are on their way already.', RETRY_AFTER_SECONDS);
    }
    this.taken += 1;
    onceAnswered(response, () => {
      this.taken -= 1;
    });
    return undefined;
  }
}
