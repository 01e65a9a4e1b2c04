/** Preloaded (`--require`) into a consumer: tells when it asked SQS for messages for the first time. */
import { subscribe } from 'node:diagnostics_channel';
import { type ClientRequest } from 'node:http';

let told = false;

subscribe('http.client.request.start', (message) => {
  const target = (message as { readonly request: ClientRequest }).request.getHeader('x-amz-target');
  if (told || target !== 'AmazonSQS.ReceiveMessage') return;
  told = true;
  process.send?.(Date.now());
});
