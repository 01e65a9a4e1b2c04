import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import { clientConfig } from '../../../transport/aws/index';
import { leanClient } from '../../../transport/index';
import { type PlaceSpec } from '../peer';

type Place = Pick<PlaceSpec, 'region' | 'endpoint'>;

/** The SDK's client as it comes; an emulator's queue URL may name a host that only it can resolve. */
export const createClient = ({ region, endpoint }: Place, config: SQSClientConfig = {}): SQSClient =>
  new SQSClient({ region, endpoint, useQueueUrlAsEndpoint: false, ...config });

/** The transport's own way to SQS: the lean path, over undici, whose MD5 is checked message by message instead. */
export const createLeanClient = (place: Place): SQSClient =>
  leanClient(
    createClient(place, { md5: false, ...clientConfig({}, { answerMs: 30_000, maxAttempts: 3, connections: 50 }) }),
  );
