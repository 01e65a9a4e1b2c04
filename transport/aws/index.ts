/** How AWS is called here, whichever the service: without Nest, and without SQS. */
export { bounded, clientConfig } from './client';
export { leanClient } from './lean-client';
export { type HotCalls } from './shape';
