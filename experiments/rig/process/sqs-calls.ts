import { subscribe } from 'node:diagnostics_channel';
import { type ClientRequest } from 'node:http';

const TARGET = 'x-amz-target';

/** undici's, of which only what is read here: names and values in turn. */
interface UndiciRequest {
  readonly headers: readonly string[];
}

/**
 * Tells of each SQS call that leaves this process, by its kind (`ReceiveMessage`), whatever library makes it: Node and
 * undici tell where they send a request, so a retry counts too.
 */
export function onSqsCall(listener: (kind: string) => void): void {
  const tell = (target: unknown): void => {
    if (typeof target === 'string' && target.startsWith('AmazonSQS.')) listener(target.slice(target.indexOf('.') + 1));
  };
  subscribe('http.client.request.start', (message) => {
    tell((message as { readonly request: ClientRequest }).request.getHeader(TARGET));
  });
  subscribe('undici:request:create', (message) => {
    const { headers } = (message as { readonly request: UndiciRequest }).request;
    tell(headers[headers.indexOf(TARGET) + 1]);
  });
}
