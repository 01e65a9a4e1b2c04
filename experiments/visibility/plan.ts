import { type Message } from '@aws-sdk/client-sqs';
import { readFileSync } from 'node:fs';
import { type Job } from '../../contract/job';
import { type Queues } from '../../ops/provision';
import { TRANSFER } from './bank';
import { CONSUMERS, type ConsumerName, type Setting } from './grid';

/** One consumer under one setting, with queues and accounts of its own. */
export interface Cell {
  readonly setting: Setting;
  readonly queues: Queues;
  /** The file of its results store, accounts included. */
  readonly bank: string;
}

/** What a process that takes transfers is told. */
export interface Plan {
  readonly consumer: ConsumerName;
  readonly region: string;
  readonly endpoint: string;
  readonly diary: string;
  readonly cells: readonly Cell[];
}

/** As the lab wrote it a moment ago. */
export function readPlan(path: string): Plan {
  const plan: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (!isPlan(plan)) throw new Error(`${path} is no plan of the lab`);
  return plan;
}

const isPlan = (value: unknown): value is Plan =>
  typeof value === 'object' &&
  value !== null &&
  'consumer' in value &&
  CONSUMERS.some((name) => name === value.consumer) &&
  'cells' in value &&
  Array.isArray(value.cells);

/** The transfer that a message orders. */
export function jobIn({ Body = '' }: Message): Job<number> {
  const body: unknown = JSON.parse(Body);
  if (typeof body === 'object' && body !== null && 'id' in body && 'input' in body) {
    return { id: String(body.id), type: TRANSFER.type, input: Number(body.input) };
  }
  throw new Error(`A message that orders no transfer: ${Body.slice(0, 200)}`);
}
