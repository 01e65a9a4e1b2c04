import { SQSClient } from '@aws-sdk/client-sqs';
import { type PlaceSpec } from '../peer';

/** The SDK's client as it comes; an emulator's queue URL may name a host that only it can resolve. */
export const createClient = ({ region, endpoint }: Pick<PlaceSpec, 'region' | 'endpoint'>): SQSClient =>
  new SQSClient({ region, endpoint, useQueueUrlAsEndpoint: false });
