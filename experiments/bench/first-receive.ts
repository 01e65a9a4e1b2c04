/** Preloaded (`--require`) into a consumer: tells when it asked SQS for messages for the first time. */
import { onSqsCall } from '../rig/process/sqs-calls';

let told = false;

onSqsCall((kind) => {
  if (told || kind !== 'ReceiveMessage') return;
  told = true;
  process.send?.(Date.now());
});
